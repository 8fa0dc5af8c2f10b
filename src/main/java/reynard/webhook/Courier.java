package reynard.webhook;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.account.Accounts;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.JsonColumn;
import reynard.db.SessionLock;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ReceiverId;
import reynard.id.WebhookDeliveryId;

/// Carries what is in the outbox to its receivers, each delivery on a virtual thread of its own.
///
/// At least once: a delivery is taken durably, posted, and what came of it is written durably. Whoever dies in between
/// leaves a delivery that is posted again under the same id, with the same events under theirs. A receiver has few
/// deliveries on their way at a time, so one that hangs keeps nobody waiting but itself; what happens meanwhile gathers
/// and goes out together.
public final class Courier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
    private static final int ON_THE_WAY_MAX = 128;
    private static final int OF_AN_ACCOUNT_MAX = 32;
    private static final int OF_A_RECEIVER_MAX = 4;
    private static final int EVENTS_MAX = 100;
    private static final int BODY_BYTES_MAX = 1_000_000;
    private static final int RESPONSE_CHARACTERS_MAX = 1_000;
    private static final int PRUNE_MAX = 500;
    private static final Duration KEPT = Duration.ofDays(30);
    private static final Duration BETWEEN_PRUNINGS = Duration.ofHours(1);
    private static final Duration AFTER_DATABASE_FAILURE = Duration.ofSeconds(1);
    private static final Duration STOPPING_MAX = Duration.ofSeconds(5);

    private final OutboxStore store = new OutboxStore();
    private final Database database;
    private final IdBlocks ids;
    private final Accounts accounts;
    private final Vault vault;
    private final Poster poster;
    private final InstantSource clock;
    private final long node;
    private final Runnable whenDone;
    private final Semaphore slots = new Semaphore(ON_THE_WAY_MAX);
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private Instant pruneAt = Instant.MIN;
    private volatile boolean stopping;

    /// @param node this process's id, under which it holds its session lock
    /// @param whenDone called after each delivery; may start the next round
    public Courier(
            Database database,
            IdBlocks ids,
            Accounts accounts,
            Vault vault,
            Poster poster,
            InstantSource clock,
            long node,
            Runnable whenDone) {
        this.database = database;
        this.ids = ids;
        this.accounts = accounts;
        this.vault = vault;
        this.poster = poster;
        this.clock = clock;
        this.node = node;
        this.whenDone = whenDone;
    }

    /// Takes what is due, the longest waiting first, and begins to post it. Does not wait for it. Not for two threads
    /// at
    /// once.
    ///
    /// @return how many deliveries were taken, and how many old rows forgotten
    public int dispatch(Instant now) {
        int done = prune(now);
        for (var ready : database.inTx(store::ready)) {
            int free = Math.min(slots.availablePermits(), OF_A_RECEIVER_MAX);
            if (stopping || free == 0 || ready.at().isAfter(now)) {
                break;
            }
            var taken = database.inTx(tx -> take(tx, ready.account(), ready.receiver(), free, now));
            taken.forEach(this::send);
            done += taken.size();
        }
        return done;
    }

    /// When something is due next, whoever's it is.
    public Optional<Instant> nextAt() {
        return database.inTx(store::ready).stream().map(OutboxStore.Ready::at).findFirst();
    }

    /// Waits until nothing is on its way from this node.
    public void awaitQuiet() {
        slots.acquireUninterruptibly(ON_THE_WAY_MAX);
        slots.release(ON_THE_WAY_MAX);
    }

    private List<Posting> take(Tx tx, AccountId account, ReceiverId receiver, int limit, Instant now) {
        var held = store.hold(tx, account, receiver, now);
        if (held.isEmpty()) {
            return List.of();
        }
        int free = Math.min(
                Math.min(limit, OF_A_RECEIVER_MAX - store.onTheWay(tx, account, receiver)),
                OF_AN_ACCOUNT_MAX - store.onTheWay(tx, account));
        if (free <= 0) {
            return List.of();
        }
        var taken = new ArrayList<>(store.claim(tx, account, receiver, held.get(), node, now, free));
        while (taken.size() < free) {
            var batch = gather(tx, account, receiver, held.get(), now);
            if (batch.isEmpty()) {
                break;
            }
            taken.add(batch.get());
        }
        return taken;
    }

    /// Makes a delivery of the events that wait longest, all of one kind.
    private Optional<Posting> gather(
            Tx tx, AccountId account, ReceiverId receiver, OutboxStore.Held held, Instant now) {
        var type = store.nextType(tx, account, receiver);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        var chosen = fitting(store.oldest(tx, account, receiver, type.get(), held.legacy() ? 1 : EVENTS_MAX));
        var byId = store.take(tx, account, chosen).stream()
                .collect(Collectors.toMap(OutboxStore.Taken::id, Function.identity()));
        var events = chosen.stream().map(id -> pending(byId, id)).toList();
        var delivery = new WebhookDeliveryId(ids.next());
        var body = held.legacy() ? events.getFirst().data() : body(delivery, events);
        var posting = new Posting(account, delivery, receiver, held.url(), body, 0, held.sealedSecrets());
        store.insertDelivery(tx, posting, type.get(), events.size(), node, now);
        return Optional.of(posting);
    }

    private static OutboxStore.Pending pending(Map<Long, OutboxStore.Taken> byId, long id) {
        var taken = byId.get(id);
        if (taken == null) {
            throw new IllegalStateException("the event " + id + " is gone, though its receiver is held");
        }
        return taken.event();
    }

    /// As many as a body may hold, at least one.
    private static List<Long> fitting(List<OutboxStore.Sized> oldest) {
        var chosen = new ArrayList<Long>();
        long bytes = 0;
        for (var event : oldest) {
            bytes += event.bytes();
            if (bytes > BODY_BYTES_MAX && !chosen.isEmpty()) {
                break;
            }
            chosen.add(event.id());
        }
        return chosen;
    }

    private static String body(WebhookDeliveryId delivery, List<OutboxStore.Pending> events) {
        return events.stream()
                .map(Courier::json)
                .collect(Collectors.joining(",", "{\"delivery_id\":" + delivery.value() + ",\"events\":[", "]}"));
    }

    /// The data go into it as they were written.
    private static String json(OutboxStore.Pending event) {
        var head = new LinkedHashMap<String, Object>();
        head.put("id", event.eventId());
        head.put("type", event.type());
        head.put("created", Payloads.text(event.occurredAt()));
        var text = JsonColumn.write(head);
        return text.substring(0, text.length() - 1) + ",\"data\":" + event.data() + "}";
    }

    private void send(Posting posting) {
        // Only this loop takes slots, so those counted before are there.
        slots.acquireUninterruptibly();
        executor.execute(() -> {
            try {
                attempt(posting);
            } finally {
                slots.release();
                whenDone.run();
            }
        });
    }

    private void attempt(Posting posting) {
        var at = clock.instant();
        long began = System.nanoTime();
        var answer = post(posting, at);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        finish(posting, answer, at, (int) Math.min(millis, Integer.MAX_VALUE));
    }

    private Answer post(Posting posting, Instant at) {
        try {
            var secrets = posting.sealedSecrets().stream()
                    .flatMap(secret ->
                            vault.open(secret, Receivers.purpose(posting.account(), posting.receiver())).stream())
                    .toList();
            if (secrets.size() < posting.sealedSecrets().size()) {
                LOG.error("webhook {}: its secret was sealed with a key that is not here", posting.receiver());
                return new Answer.Silent("the signing secret cannot be opened; a new one can be had by rotating it");
            }
            var body = posting.body().getBytes(StandardCharsets.UTF_8);
            var headers = secrets.isEmpty()
                    ? Map.<String, String>of()
                    : Signature.headers(posting.delivery(), body, secrets, at);
            return poster.post(URI.create(posting.url()), headers, body);
        } catch (RuntimeException e) {
            // Whatever it is, it must not end the others, and the row must not stay taken.
            LOG.error("webhook delivery {} failed", posting.delivery(), e);
            return new Answer.Silent("a fault of the sender");
        }
    }

    private void finish(Posting posting, Answer answer, Instant at, int millis) {
        var attempt = record(posting, answer, at, millis);
        var next = Retries.after(attempt.number(), answer, clock.instant());
        persistently(posting, tx -> {
            boolean ours = switch (next) {
                case Retries.Next.Delivered _ ->
                    store.settle(tx, posting, node, Shipment.Status.DELIVERED, null, clock.instant());
                case Retries.Next.Again(var again) ->
                    store.settle(tx, posting, node, Shipment.Status.RETRYING, again, null);
                case Retries.Next.GivenUp _ ->
                    store.settle(tx, posting, node, Shipment.Status.FAILED, null, clock.instant());
            };
            // If not, it is on record by a commit whose reply was lost, or another node has taken it over.
            if (ours) {
                store.insertAttempt(tx, posting, attempt);
            }
        });
    }

    private static Shipment.Attempt record(Posting posting, Answer answer, Instant at, int millis) {
        int number = posting.attempts() + 1;
        return switch (answer) {
            case Answer.Answered(var status, var _, var body) ->
                new Shipment.Attempt(
                        number, at, Optional.of(status), Optional.of(beginning(body)), Optional.empty(), millis);
            case Answer.Silent(var cause) -> unanswered(number, at, cause, millis);
            case Answer.Refused(var cause) -> unanswered(number, at, cause, millis);
        };
    }

    private static Shipment.Attempt unanswered(int number, Instant at, String cause, int millis) {
        return new Shipment.Attempt(
                number, at, Optional.empty(), Optional.empty(), Optional.of(beginning(cause)), millis);
    }

    private static String beginning(String text) {
        var clean = text.replace('\0', '\uFFFD');
        int end = Math.min(clean.length(), RESPONSE_CHARACTERS_MAX);
        if (end < clean.length() && Character.isHighSurrogate(clean.charAt(end - 1))) {
            end--;
        }
        return clean.substring(0, end);
    }

    /// Until it is on record, or the server stops: then the next start posts it again.
    private void persistently(Posting posting, java.util.function.Consumer<Tx> work) {
        while (true) {
            try {
                database.useTx(work);
                return;
            } catch (RuntimeException e) {
                if (stopping) {
                    LOG.error("webhook delivery {} ends unrecorded; it will be sent again", posting.delivery(), e);
                    return;
                }
                LOG.error("webhook delivery {} could not be recorded; trying again", posting.delivery(), e);
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(AFTER_DATABASE_FAILURE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    /// Takes over what dead nodes have left behind.
    ///
    /// @return how many deliveries
    public int rescue(Instant now) {
        int rescued = 0;
        for (var account : accounts.all()) {
            for (long owner : database.inTx(tx -> store.owners(tx, account))) {
                if (owner != node) {
                    rescued += database.inTx(
                            tx -> SessionLock.isFree(tx, owner) ? store.rescue(tx, account, owner, now) : 0);
                }
            }
        }
        return rescued;
    }

    /// Forgets what is older than the history is kept, a bounded step of each account at a time.
    private int prune(Instant now) {
        if (now.isBefore(pruneAt)) {
            return 0;
        }
        var before = now.minus(KEPT);
        int forgotten = 0;
        for (var account : accounts.all()) {
            forgotten += database.inTx(tx -> store.pruneDeliveries(tx, account, before, PRUNE_MAX));
            forgotten += database.inTx(tx -> store.pruneEvents(tx, account, before, PRUNE_MAX));
            forgotten += database.inTx(tx -> store.pruneReceivers(tx, account, before));
        }
        if (forgotten == 0) {
            pruneAt = now.plus(BETWEEN_PRUNINGS);
        }
        return forgotten;
    }

    /// Takes nothing more, and waits a little for what is on its way; what is not answered then is sent again by the
    /// next start.
    @Override
    public void close() {
        stopping = true;
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOPPING_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("ending webhook deliveries that are not answered yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        poster.close();
        executor.close();
    }
}
