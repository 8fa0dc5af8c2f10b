package reynard.draft;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.User;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.id.AccountId;

/// What authors have typed: one draft for each of them and thing, and the last versions that anybody has saved.
public final class Drafts {
    private static final int VERSIONS_MAX = 50;

    private final DraftStore store = new DraftStore();
    private final Database database;
    private final InstantSource clock;

    public Drafts(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /// @param about names the thing, such as `sequence_email:7`
    public void keep(AccountId account, String about, User user, Map<String, List<String>> fields) {
        database.useTx(tx -> store.put(tx, account, about, user.id(), fields, clock.instant()));
    }

    public Optional<Fields> find(Tx tx, AccountId account, String about, User user) {
        return store.find(tx, account, about, user.id());
    }

    public void drop(AccountId account, String about, User user) {
        database.useTx(tx -> store.delete(tx, account, about, user.id()));
    }

    /// It is saved: a version more, and no draft any more.
    public void saved(AccountId account, String about, User user, Map<String, List<String>> fields) {
        database.useTx(tx -> {
            store.add(tx, account, about, user.emailAddress(), fields, clock.instant());
            store.keep(tx, account, about, VERSIONS_MAX);
            store.delete(tx, account, about, user.id());
        });
    }

    /// Newest first.
    public List<Fields> versions(Tx tx, AccountId account, String about) {
        return store.versions(tx, account, about);
    }
}
