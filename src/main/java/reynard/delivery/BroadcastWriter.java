package reynard.delivery;

import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.SendingAddressId;
import reynard.template.EmailRenderer;

/// Says what the emails of a broadcast are made of, at the moment at which each is written. What became of each is told
/// as [reynard.event.Event.BroadcastMailSettled].
@FunctionalInterface
public interface BroadcastWriter {
    /// What the author wrote; values, links, headers and signatures are put in here.
    ///
    /// @param from empty: the account's default
    record Draft(Optional<SendingAddressId> from, EmailRenderer.Source source) {}

    /// Empty when the broadcast is gone or is not to be sent any more; then its email is skipped.
    Optional<Draft> draft(Tx tx, AccountId account, BroadcastId broadcast);
}
