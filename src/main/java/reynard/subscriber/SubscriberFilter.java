package reynard.subscriber;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Which subscribers a list shows; what is empty does not filter.
///
/// @param emailAddresses exact addresses, compared without case
public record SubscriberFilter(
        Optional<SubscriberState> state,
        List<String> emailAddresses,
        Optional<Instant> createdAfter,
        Optional<Instant> createdBefore,
        Optional<Instant> updatedAfter,
        Optional<Instant> updatedBefore) {
    public SubscriberFilter {
        emailAddresses = List.copyOf(emailAddresses);
    }
}
