package reynard.delivery;

import java.time.Instant;
import reynard.account.Accounts;
import reynard.account.Secrets;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DeliveryId;

/// Messages to one address, outside any list: confirmations, tests, invitations. They take the same way as all mail.
public final class Notices {
    private final DeliveryStore store;
    private final IdBlocks ids;
    private final Accounts accounts;
    private final Letters letters;

    public Notices(Deliveries deliveries, IdBlocks ids, Accounts accounts, Letters letters) {
        this.store = deliveries.store();
        this.ids = ids;
        this.accounts = accounts;
        this.letters = letters;
    }

    /// What became of a notice.
    public sealed interface Queuing {
        /// On its way once the transaction is committed; what becomes of it stands in the ledger.
        record Queued(DeliveryId delivery) implements Queuing {}

        /// A stranger may have asked for it, and the address gets no mail of this account. Nothing was queued.
        record Suppressed() implements Queuing {}
    }

    /// Queues a notice, written and signed as it will go out.
    public Queuing queue(Tx tx, AccountId account, Notice notice, Instant now) {
        var to = notice.to().wireValue();
        if (notice.purpose().heedsSuppression() && store.refusesNotices(tx, account, to)) {
            return new Queuing.Suppressed();
        }
        var id = new DeliveryId(ids.next());
        var token = Secrets.token();
        var messageId = MessageIds.next(id);
        var letter = letters.notice(tx, accounts.get(tx, account), notice, token, messageId, now);
        store.insertNotice(tx, account, id, token, messageId, notice, letter.sender(), now);
        store.insertMessage(
                tx, account, id, new DeliveryStore.Kept(letter.sender().value(), letter.message()));
        return new Queuing.Queued(id);
    }
}
