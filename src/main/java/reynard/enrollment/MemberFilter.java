package reynard.enrollment;

import java.time.Instant;
import java.util.Optional;
import reynard.subscriber.SubscriberState;

/// Which members of a sequence a list shows; what is empty does not filter.
public record MemberFilter(
        Optional<SubscriberState> state,
        Optional<Instant> addedAfter,
        Optional<Instant> addedBefore,
        Optional<Instant> createdAfter,
        Optional<Instant> createdBefore) {}
