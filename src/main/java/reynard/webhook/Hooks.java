package reynard.webhook;

import java.time.InstantSource;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.id.AccountId;
import reynard.id.ReceiverId;

/// Legacy webhooks.
public final class Hooks {
    private final ReceiverStore store = new ReceiverStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Hooks(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    Hook create(AccountId account, HookEvent event, Hook.About about, String url) {
        var hook = new Hook(new ReceiverId(ids.next()), event, about, url);
        database.useTx(tx -> store.insert(tx, account, hook, clock.instant()));
        return hook;
    }

    Page<Hook> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.hooks(tx, account, page));
    }

    /// @return whether there was such a webhook
    boolean delete(AccountId account, ReceiverId id) {
        return database.inTx(tx -> store.deleteHook(tx, account, id, clock.instant()));
    }
}
