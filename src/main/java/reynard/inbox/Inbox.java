package reynard.inbox;

import java.time.InstantSource;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.id.AccountId;
import reynard.id.InboxMessageId;

/// Mail that never left the machine, kept for the author to look at.
public final class Inbox {
    private final InboxStore store = new InboxStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Inbox(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// Newest first, without the messages' bytes.
    ///
    /// @param to only mail to this envelope recipient, compared without case
    public Page<InboxMessage> list(AccountId account, Optional<String> to, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, to, page));
    }

    public Optional<InboxMessage> find(AccountId account, InboxMessageId id) {
        return database.inTx(tx -> store.find(tx, account, id));
    }

    /// Durable when this returns.
    void keep(AccountId account, String from, String to, String subject, byte[] raw) {
        var message = new InboxMessage(new InboxMessageId(ids.next()), from, to, subject, clock.instant(), raw);
        database.useTx(tx -> store.insert(tx, account, message));
    }
}
