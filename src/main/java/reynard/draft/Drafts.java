package reynard.draft;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.User;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Event.BroadcastDeleted;
import reynard.event.Event.SequenceDeleted;
import reynard.event.Event.SequenceEmailDeleted;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;

/// What authors have typed: one draft for each of them and thing, and the last versions that anybody has saved.
public final class Drafts {
    private static final int VERSIONS_MAX = 50;

    private final DraftStore store = new DraftStore();
    private final Database database;
    private final InstantSource clock;

    public Drafts(Database database, Events events, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        events.listen(this::happened);
    }

    private void happened(Tx tx, AccountId account, Event event) {
        switch (event) {
            case SequenceDeleted(var sequence, var _) -> store.forget(tx, account, about(sequence));
            case SequenceEmailDeleted(var sequence, var email, var _) ->
                store.forget(tx, account, about(sequence, email));
            case BroadcastDeleted(var broadcast, var _) -> store.forget(tx, account, about(broadcast));
            default -> {}
        }
    }

    // Each ends with a mark, so that none begins like another that is not part of it.
    private static String about(SequenceId sequence) {
        return "sequence:" + sequence.value() + ":";
    }

    /// Names an email as what something was typed about. It is forgotten with the email.
    public static String about(SequenceId sequence, SequenceEmailId email) {
        return about(sequence) + "email:" + email.value() + ":";
    }

    public static String about(BroadcastId broadcast) {
        return "broadcast:" + broadcast.value() + ":";
    }

    /// @param about names the thing: one of [#about]
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
