package reynard.delivery;

import java.time.Instant;
import java.util.List;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.db.SessionLock;
import reynard.id.AccountId;

/// Takes over what a dead node has left behind. A node is dead when its session lock is free; age proves nothing.
public final class Rescuer {
    private final Database database;
    private final Accounts accounts;
    private final Deliveries deliveries;
    private final DeliveryStore store;
    private final long self;

    public Rescuer(Database database, Accounts accounts, Deliveries deliveries, long self) {
        this.database = database;
        this.accounts = accounts;
        this.deliveries = deliveries;
        this.store = deliveries.store();
        this.self = self;
    }

    /// @return how many deliveries were taken over
    public int rescue(Instant now) {
        int rescued = 0;
        for (var account : accounts.all()) {
            for (long owner : holders(account)) {
                if (owner != self) {
                    rescued += rescue(account, owner, now);
                }
            }
        }
        return rescued;
    }

    private List<Long> holders(AccountId account) {
        return database.inTx(tx -> store.holders(tx, account));
    }

    private int rescue(AccountId account, long owner, Instant now) {
        return database.inTx(tx -> {
            if (!SessionLock.isFree(tx, owner)) {
                return 0;
            }
            store.dropHolder(tx, account, owner);
            int taken = deliveries.takeBack(tx, account, owner, true, List.of(), now);
            store.dropSlots(tx, account, owner);
            return taken;
        });
    }
}
