package reynard.person;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.bulk.Bulk;
import reynard.db.Database;
import reynard.event.Event.Departure;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.subscriber.ErasedAddresses;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;

/// What is known of one person: all of it shown, or all of it erased.
public final class People {
    private final PersonStore store = new PersonStore();
    private final Database database;
    private final Subscribers subscribers;
    private final Bulk bulk;
    private final ErasedAddresses erasedAddresses;
    private final InstantSource clock;

    public People(
            Database database,
            Subscribers subscribers,
            Bulk bulk,
            ErasedAddresses erasedAddresses,
            InstantSource clock) {
        this.database = database;
        this.subscribers = subscribers;
        this.bulk = bulk;
        this.erasedAddresses = erasedAddresses;
        this.clock = clock;
    }

    /// Everything of one kind, each a JSON object.
    public record Section(String name, List<String> rows) {
        public Section {
            rows = List.copyOf(rows);
        }
    }

    /// Everything that is known of a subscriber, as of one moment; empty when there is no such subscriber.
    public Optional<List<Section>> export(AccountId account, SubscriberId id) {
        return database.inTx(tx -> subscribers
                .find(tx, account, id)
                .map(subscriber -> store.export(tx, account, id, subscriber.emailAddress()).entrySet().stream()
                        .map(section -> new Section(section.getKey(), section.getValue()))
                        .toList()));
    }

    /// What became of erasing somebody.
    public sealed interface Erasing {
        record Erased() implements Erasing {}

        record NoSuchSubscriber() implements Erasing {}

        /// An email or a webhook with their data is on its way at this moment. They have left the list, and are erased
        /// as soon as it has ended ([People#eraseWaiting]).
        record Waiting(Instant askedAt) implements Erasing {}
    }

    /// Erases a subscriber: here, in the ledger, in what was kept of their mail, in requests for many at once and in
    /// what was told to others. Two things stay, and neither says who they were: a keyed hash of their address, so
    /// that nobody adds it again without them, and hashes of the links that they were sent.
    public Erasing erase(AccountId account, SubscriberId id) {
        // First out of every queue, as if they had left; what a node has taken already is not taken from it.
        var askedAt = database.inTx(tx -> subscribers.find(tx, account, id).map(_ -> {
            subscribers.leave(tx, account, id, Departure.UNSUBSCRIBED, "", clock.instant());
            return store.ask(tx, account, id, clock.instant());
        }));
        if (askedAt.isEmpty()) {
            return new Erasing.NoSuchSubscriber();
        }
        return eraseUnlessOnTheWay(account, id) ? new Erasing.Erased() : new Erasing.Waiting(askedAt.get());
    }

    /// Erases those who wait for what was on its way to them and is no more.
    ///
    /// @return how many
    public int eraseWaiting() {
        int erased = 0;
        for (var waiting : database.inTx(store::waiting)) {
            if (eraseUnlessOnTheWay(waiting.account(), waiting.subscriber())) {
                erased++;
            }
        }
        return erased;
    }

    /// @return false when something is on its way to them
    private boolean eraseUnlessOnTheWay(AccountId account, SubscriberId id) {
        return database.inTx(tx -> {
            var subscriber = subscribers.find(tx, account, id);
            if (subscriber.isEmpty()) {
                return true;
            }
            var address = subscriber.get().emailAddress();
            var needles = needles(subscriber.get());
            // Whoever works on a request holds it before any person.
            bulk.forget(
                    tx,
                    account,
                    List.of(address, "id\":" + id.value() + ",", "id\":" + id.value() + "}"),
                    item -> Mentions.of(item, needles));
            if (store.isOnItsWay(tx, account, id, address)) {
                return false;
            }
            for (var event : store.webhookEvents(tx, account, address, id)) {
                if (Mentions.of(event.json(), needles)) {
                    store.deleteWebhookEvent(tx, account, event.id());
                }
            }
            for (var delivery : store.webhookDeliveries(tx, account, address, id)) {
                store.rewriteWebhookDelivery(tx, account, delivery.id(), Mentions.without(delivery.json(), needles));
            }
            store.erase(tx, account, id, address, erasedAddresses.key(address));
            return true;
        });
    }

    private static Mentions.Needles needles(Subscriber subscriber) {
        return new Mentions.Needles(subscriber.id().value(), subscriber.emailAddress());
    }

    /// Whether a link was one of somebody who was erased since.
    public boolean wasSent(AccountId account, String token) {
        return database.inTx(tx -> store.isErasedLink(tx, account, token));
    }

    /// The kinds of things that an export has, and how it finds them.
    static Map<String, String> sections() {
        return PersonStore.SECTIONS;
    }
}
