package reynard.subscriber;

import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.event.Event.SubscriberConfirmed;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.SuppressionId;
import reynard.mail.EmailAddress;

/// The addresses that get no mail of an account. [Subscribers#leave] puts them here; taking one off is an act of a
/// person, and is written down.
public final class Suppressions {
    private final SuppressionStore store = new SuppressionStore();
    private final SubscriberStore people = new SubscriberStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final Subscribers subscribers;
    private final InstantSource clock;

    public Suppressions(Database database, IdBlocks ids, Events events, Subscribers subscribers, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        this.subscribers = subscribers;
        this.clock = clock;
    }

    /// An address that was taken off the list.
    ///
    /// @param note why, as its remover says
    public record Removal(Suppression suppression, Instant at, Optional<String> note) {}

    /// Newest first.
    public Page<Suppression> list(
            AccountId account, Optional<EmailAddress> address, Optional<Suppression.Reason> reason, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, address.map(Suppression::key), reason, page));
    }

    /// Newest first.
    public Page<Removal> removals(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.removals(tx, account, page));
    }

    /// Puts an address on the list by hand; a subscriber who has it leaves. One that is there already stays as it is.
    public Suppression add(AccountId account, EmailAddress address, String evidence) {
        return database.inTx(tx -> {
            var now = clock.instant();
            var reader = people.findByEmail(tx, account, address.value());
            store.add(
                    tx,
                    account,
                    new Suppression(
                            new SuppressionId(ids.next()),
                            Suppression.key(address),
                            Suppression.Reason.MANUAL,
                            evidence,
                            reader.map(Subscriber::id),
                            now));
            var kept = store.find(tx, account, Suppression.key(address)).orElseThrow();
            reader.ifPresent(found ->
                    subscribers.leave(tx, account, found.id(), kept.reason().departure(), evidence, now));
            return kept;
        });
    }

    /// Takes an address off the list. Who had bounced may be mailed again, for that is what is found out to be wrong;
    /// who complained or left does not come back by another's act.
    ///
    /// @param note why, for the record
    /// @return whether there was such an entry
    public boolean remove(AccountId account, SuppressionId id, Optional<String> note) {
        return database.inTx(tx -> {
            var now = clock.instant();
            var removed = store.remove(tx, account, id, note, now);
            removed.filter(entry -> entry.reason() == Suppression.Reason.BOUNCED)
                    .flatMap(entry -> people.findByEmail(tx, account, entry.address()))
                    .filter(reader -> people.changeState(
                            tx, account, reader.id(), EnumSet.of(SubscriberState.BOUNCED), SubscriberState.ACTIVE, now))
                    .ifPresent(reader -> events.append(tx, account, new SubscriberConfirmed(reader.id(), now)));
            return removed.isPresent();
        });
    }
}
