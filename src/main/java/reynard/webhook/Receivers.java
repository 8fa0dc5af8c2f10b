package reynard.webhook;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import reynard.account.Secrets;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.id.AccountId;
import reynard.id.ReceiverId;
import reynard.id.WebhookDeliveryId;

/// Who is told of events, and what each of them was told.
public final class Receivers {
    private static final Duration OVERLAP = Duration.ofHours(24);

    private final ReceiverStore store = new ReceiverStore();
    private final OutboxStore outbox = new OutboxStore();
    private final Database database;
    private final IdBlocks ids;
    private final Vault vault;
    private final InstantSource clock;

    public Receivers(Database database, IdBlocks ids, Vault vault, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.vault = vault;
        this.clock = clock;
    }

    /// A receiver with the secret that signs what it is sent, the only time that it is seen.
    public record Issued(Receiver receiver, String secret) {}

    /// What an author decides about a receiver.
    public record Plan(String name, String url, String description, Receiver.Status status, List<String> events) {
        public Plan {
            events = List.copyOf(new TreeSet<>(events));
        }
    }

    public Issued create(AccountId account, Plan plan) {
        var now = clock.instant();
        var receiver = new Receiver(
                new ReceiverId(ids.next()),
                plan.name(),
                plan.url(),
                plan.description(),
                plan.status(),
                plan.events(),
                now,
                Optional.empty());
        var secret = Secrets.webhookSecret();
        var sealed = vault.seal(secret, purpose(account, receiver.id()));
        database.useTx(tx -> store.insert(tx, account, receiver, sealed));
        return new Issued(receiver, secret);
    }

    /// Binds a sealed secret to its row.
    static String purpose(AccountId account, ReceiverId receiver) {
        return "webhook " + account.value() + " " + receiver.value();
    }

    public Page<Receiver> list(AccountId account, Optional<Receiver.Status> status, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, status, page));
    }

    public Optional<Receiver> find(AccountId account, ReceiverId id) {
        return database.inTx(tx -> store.find(tx, account, id));
    }

    /// Changes a receiver from what it is at this moment.
    Optional<Receiver> update(AccountId account, ReceiverId id, java.util.function.UnaryOperator<Plan> edit) {
        return database.inTx(tx -> store.findForUpdate(tx, account, id).map(before -> {
            var plan = edit.apply(
                    new Plan(before.name(), before.url(), before.description(), before.status(), before.events()));
            store.update(tx, account, id, plan, clock.instant());
            return new Receiver(
                    id,
                    plan.name(),
                    plan.url(),
                    plan.description(),
                    plan.status(),
                    plan.events(),
                    before.createdAt(),
                    before.previousSecretExpiresAt());
        }));
    }

    /// Nothing more is sent to it.
    ///
    /// @return whether there was such a receiver
    public boolean delete(AccountId account, ReceiverId id) {
        return database.inTx(tx -> store.delete(tx, account, id, clock.instant()));
    }

    public sealed interface Rotation {
        record Rotated(Issued issued) implements Rotation {}

        record NoSuchReceiver() implements Rotation {}

        /// The secret before this one still signs.
        record WindowOpen() implements Rotation {}
    }

    /// Gives the receiver a new secret; the present one signs beside it for a day.
    ///
    /// @param force while the one before still signs: that one ends now
    public Rotation rotate(AccountId account, ReceiverId id, boolean force) {
        return database.inTx(tx -> {
            var found = store.findForUpdate(tx, account, id);
            if (found.isEmpty()) {
                return new Rotation.NoSuchReceiver();
            }
            var now = clock.instant();
            if (found.get().rotates(now) && !force) {
                return new Rotation.WindowOpen();
            }
            var secret = Secrets.webhookSecret();
            store.rotate(tx, account, id, vault.seal(secret, purpose(account, id)), now.plus(OVERLAP), now);
            return new Rotation.Rotated(new Issued(store.find(tx, account, id).orElseThrow(), secret));
        });
    }

    /// From now on only the present secret signs.
    Optional<Receiver> revokePrevious(AccountId account, ReceiverId id) {
        return database.inTx(tx -> {
            store.revokePrevious(tx, account, id, clock.instant());
            return store.find(tx, account, id);
        });
    }

    /// What was sent to a receiver, the last first.
    ///
    /// @return empty when there is no such receiver
    public Optional<Page<Shipment>> shipments(
            AccountId account,
            ReceiverId id,
            Optional<Shipment.Status> status,
            Optional<String> type,
            PageRequest page) {
        return database.inTx(
                tx -> store.find(tx, account, id).map(_ -> outbox.list(tx, account, id, status, type, page)));
    }

    /// A delivery with every attempt at it, the first first.
    public record History(Shipment shipment, List<Shipment.Attempt> attempts) {}

    public Optional<History> history(AccountId account, ReceiverId id, WebhookDeliveryId delivery) {
        return database.inTx(tx -> store.find(tx, account, id)
                .flatMap(_ -> outbox.find(tx, account, id, delivery))
                .map(shipment -> new History(shipment, outbox.attempts(tx, account, delivery))));
    }

    /// What came of the wish to send a delivery once more.
    public sealed interface Resending {
        record Resent(Shipment shipment) implements Resending {}

        record NoSuchDelivery() implements Resending {}

        /// Its receiver is not told of anything.
        record Disabled() implements Resending {}

        /// It has not come to its end, and is tried again anyway.
        record UnderWay() implements Resending {}
    }

    /// Sends a delivery once more that was taken or given up, under the same id, by which a receiver knows it.
    public Resending resend(AccountId account, ReceiverId id, WebhookDeliveryId delivery) {
        return database.inTx(tx -> {
            var receiver = store.find(tx, account, id);
            if (receiver.isEmpty() || outbox.find(tx, account, id, delivery).isEmpty()) {
                return new Resending.NoSuchDelivery();
            }
            if (receiver.get().status() != Receiver.Status.ACTIVE) {
                return new Resending.Disabled();
            }
            return outbox.reopen(tx, account, delivery, clock.instant())
                    ? new Resending.Resent(
                            outbox.find(tx, account, id, delivery).orElseThrow())
                    : new Resending.UnderWay();
        });
    }
}
