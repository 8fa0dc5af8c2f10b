package reynard.delivery;

import java.time.Instant;
import java.util.Optional;
import reynard.id.BroadcastId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// Which rows of the ledger a list shows; what is empty does not filter.
///
/// @param kind its [Kind#wireName]
public record DeliveryFilter(
        Optional<Delivery.State> state,
        Optional<String> kind,
        Optional<BroadcastId> broadcast,
        Optional<SequenceId> sequence,
        Optional<SequenceEmailId> email,
        Optional<SubscriberId> subscriber,
        Optional<Instant> dueAfter,
        Optional<Instant> dueBefore) {}
