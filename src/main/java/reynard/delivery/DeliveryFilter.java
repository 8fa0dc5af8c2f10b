package reynard.delivery;

import java.time.Instant;
import java.util.Optional;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// Which rows of the ledger a list shows; what is empty does not filter.
public record DeliveryFilter(
        Optional<Delivery.State> state,
        Optional<SequenceId> sequence,
        Optional<SequenceEmailId> email,
        Optional<SubscriberId> subscriber,
        Optional<Instant> dueAfter,
        Optional<Instant> dueBefore) {}
