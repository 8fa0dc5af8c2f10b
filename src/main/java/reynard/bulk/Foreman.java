package reynard.bulk;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.JsonColumn;
import reynard.db.Tx;
import reynard.id.SubscriberId;
import reynard.webhook.Callbacks;

/// Works off what is queued: of each account the oldest request, a step at a time, and tells who is to be told.
///
/// A step and the note that it is done are one transaction, so that none is done twice, whoever dies when. A step that
/// fails for a fault of ours is tried thrice; then its items are failures, and the others go on.
public final class Foreman implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Foreman.class);
    private static final int ATTEMPTS_MAX = 3;
    private static final String FAULT = "This could not be processed";
    private static final int CALLS_MAX = 16;
    // Longer than a call takes at most, so that nobody makes it a second time meanwhile.
    private static final Duration BETWEEN_CALLS = Duration.ofMinutes(2);
    private static final Duration KEPT = Duration.ofDays(30);
    private static final Duration BETWEEN_PRUNINGS = Duration.ofHours(1);
    private static final int PRUNE_MAX = 100;
    private static final Duration STOPPING_MAX = Duration.ofSeconds(5);

    private final BulkStore store = new BulkStore();
    private final Database database;
    private final Labour labour;
    private final Callbacks callbacks;
    private final InstantSource clock;
    private final Semaphore slots = new Semaphore(CALLS_MAX);
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private Instant pruneAt = Instant.MIN;

    public Foreman(Database database, Labour labour, Callbacks callbacks, InstantSource clock) {
        this.database = database;
        this.labour = labour;
        this.callbacks = callbacks;
        this.clock = clock;
    }

    /// One step of each account that has any, and every call that is due, which is not waited for. Not for two threads
    /// at once.
    ///
    /// @return how much was done
    public int work(Instant now) {
        int done = prune(now);
        for (var waiting : database.inTx(store::oldest)) {
            done += step(waiting, now);
        }
        return done + call(now);
    }

    private int step(BulkStore.Waiting waiting, Instant now) {
        try {
            return database.inTx(tx -> step(tx, waiting, now));
        } catch (RuntimeException e) {
            if (isOutage(e)) {
                throw e;
            }
            LOG.error("a step of bulk job {} failed", waiting.job(), e);
            return database.inTx(tx -> giveUpInTime(tx, waiting, now));
        }
    }

    private int step(Tx tx, BulkStore.Waiting waiting, Instant now) {
        var held = store.hold(tx, waiting);
        if (held.isEmpty()) {
            return 0;
        }
        var operation = held.get().operation();
        var walk = store.walk(tx, waiting);
        if (walk.isPresent()) {
            return further(tx, waiting, walk.get(), now);
        }
        var step = store.next(tx, waiting).orElseThrow();
        var items = JsonColumn.readItems(step.items(), operation.item());
        var outcome = labour.perform(tx, waiting.account(), operation, items);
        int refused = step.size() - items.size();
        store.finish(
                tx,
                waiting,
                step,
                held.get().told() ? JsonColumn.writeItems(outcome.results()) : "",
                joined(step.failures(), Bulk.json(operation, outcome.failures())),
                refused + outcome.failures().size(),
                outcome.created(),
                now);
        return step.size();
    }

    private int further(Tx tx, BulkStore.Waiting waiting, BulkStore.Walk walk, Instant now) {
        var people = people(tx, waiting, walk);
        var items = people.stream().map(walk.choice()::item).toList();
        var outcome = labour.perform(tx, waiting.account(), walk.choice().deed(), items);
        return walked(tx, waiting, walk, people, outcome.failures(), now);
    }

    private List<SubscriberId> people(Tx tx, BulkStore.Waiting waiting, BulkStore.Walk walk) {
        int max = walk.choice().deed().stepMax();
        return labour.next(tx, waiting.account(), walk.choice(), walk.after(), walk.until(), max);
    }

    private int walked(
            Tx tx,
            BulkStore.Waiting waiting,
            BulkStore.Walk walk,
            List<SubscriberId> people,
            List<Outcome.Failure> failures,
            Instant now) {
        var deed = walk.choice().deed();
        store.walked(
                tx,
                waiting,
                walk,
                people.isEmpty() ? walk.after() : people.getLast(),
                people.size(),
                Bulk.json(deed, failures),
                failures.size(),
                people.size() < deed.stepMax(),
                now);
        return Math.max(1, people.size());
    }

    private int giveUpInTime(Tx tx, BulkStore.Waiting waiting, Instant now) {
        var operation = store.hold(tx, waiting).map(BulkStore.Held::operation);
        var walk = operation.flatMap(_ -> store.walk(tx, waiting));
        if (walk.isPresent()) {
            return skipInTime(tx, waiting, walk.get(), now);
        }
        var step = operation.flatMap(_ -> store.next(tx, waiting));
        if (operation.isEmpty() || step.isEmpty()) {
            return 0;
        }
        if (step.get().attempts() + 1 < ATTEMPTS_MAX) {
            store.countAttempt(tx, waiting, step.get().number());
            return 0;
        }
        var failures = new ArrayList<Outcome.Failure>();
        for (var item : JsonColumn.readItems(step.get().items(), operation.get().item())) {
            failures.add(new Outcome.Failure(item, List.of(FAULT)));
        }
        store.finish(
                tx,
                waiting,
                step.get(),
                "",
                joined(step.get().failures(), Bulk.json(operation.get(), failures)),
                step.get().size(),
                0,
                now);
        return step.get().size();
    }

    private int skipInTime(Tx tx, BulkStore.Waiting waiting, BulkStore.Walk walk, Instant now) {
        if (walk.attempts() + 1 < ATTEMPTS_MAX) {
            store.countAttempt(tx, waiting);
            return 0;
        }
        var people = people(tx, waiting, walk);
        var failures = people.stream()
                .map(person -> new Outcome.Failure(walk.choice().item(person), List.of(FAULT)))
                .toList();
        return walked(tx, waiting, walk, people, failures, now);
    }

    private static boolean isOutage(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (Database.isUnreachable(cause)) {
                return true;
            }
        }
        return false;
    }

    private static String joined(String some, String more) {
        return some.isEmpty() || more.isEmpty() ? some + more : some + "," + more;
    }

    // Calls

    private int call(Instant now) {
        int called = 0;
        for (var account : database.inTx(tx -> store.accountsWithCalls(tx, now))) {
            while (slots.tryAcquire()) {
                var call = database.inTx(tx -> store.claimCall(tx, account, now, now.plus(BETWEEN_CALLS)));
                if (call.isEmpty()) {
                    slots.release();
                    break;
                }
                called++;
                make(call.get());
            }
        }
        return called;
    }

    private void make(BulkStore.Call call) {
        executor.execute(() -> {
            try {
                settle(call, post(call));
            } catch (RuntimeException e) {
                LOG.error("telling of bulk job {} failed; it is tried again", call.job(), e);
            } finally {
                slots.release();
            }
        });
    }

    private Callbacks.Outcome post(BulkStore.Call call) {
        // Whoever has counted the last attempt and not told what came of it is not known to have failed.
        if (call.attempts() > ATTEMPTS_MAX) {
            return new Callbacks.Outcome.Refused("the server stopped during the last try");
        }
        var lengths = database.inTx(tx -> store.lengths(tx, call));
        var beginning =
                call.operation().answer().map(plural -> "{\"" + plural + "\":[").orElse("{");
        var middle = call.operation().answer().isPresent() ? "],\"failures\":[" : "\"failures\":[";
        long length = beginning.length() + lengths.results() + middle.length() + lengths.failures() + "]}".length();
        var pieces = new Pieces(
                call.steps(), beginning, middle, "]}", step -> database.inTx(tx -> store.told(tx, call, step)));
        return callbacks.post(call.url(), pieces, length);
    }

    private void settle(BulkStore.Call call, Callbacks.Outcome outcome) {
        var again = clock.instant().plus(BETWEEN_CALLS);
        database.useTx(tx -> {
            switch (outcome) {
                case Callbacks.Outcome.Delivered _ -> store.settleCall(tx, call, "delivered", null, null);
                case Callbacks.Outcome.Refused(var cause) -> store.settleCall(tx, call, "failed", null, cause);
                case Callbacks.Outcome.Missed(var cause)
                when call.attempts() >= ATTEMPTS_MAX -> store.settleCall(tx, call, "failed", null, cause);
                case Callbacks.Outcome.Missed(var cause) -> store.settleCall(tx, call, "waiting", again, cause);
            }
        });
    }

    /// The body of a call, read from the database step by step while it is sent.
    private static final class Pieces extends InputStream {
        private final int steps;
        private final String middle;
        private final String end;
        private final IntFunction<BulkStore.Told> told;
        private byte[] piece;
        private int at;
        private int next;
        private boolean first = true;

        Pieces(int steps, String beginning, String middle, String end, IntFunction<BulkStore.Told> told) {
            this.steps = steps;
            this.middle = middle;
            this.end = end;
            this.told = told;
            this.piece = beginning.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int read() {
            return ready() ? piece[at++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (!ready()) {
                return -1;
            }
            int count = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, buffer, offset, count);
            at += count;
            return count;
        }

        /// First the results of all steps, then the middle, their failures and the end.
        private boolean ready() {
            while (at == piece.length && next < 2 * steps + 2) {
                at = 0;
                piece = following(next++).getBytes(StandardCharsets.UTF_8);
            }
            return at < piece.length;
        }

        private String following(int number) {
            if (number == steps || number == 2 * steps + 1) {
                first = true;
                return number == steps ? middle : end;
            }
            var items = number < steps
                    ? told.apply(number).results()
                    : told.apply(number - steps - 1).failures();
            if (items.isEmpty()) {
                return "";
            }
            var text = first ? items : "," + items;
            first = false;
            return text;
        }
    }

    /// When a call is due next.
    public Optional<Instant> nextAt() {
        return database.inTx(store::nextCallAt);
    }

    /// Waits until no call of this node's is on its way.
    public void awaitQuiet() {
        slots.acquireUninterruptibly(CALLS_MAX);
        slots.release(CALLS_MAX);
    }

    /// Forgets what was done long ago, a bounded step of each account at a time.
    private int prune(Instant now) {
        if (now.isBefore(pruneAt)) {
            return 0;
        }
        var before = now.minus(KEPT);
        int forgotten = 0;
        for (var account : database.inTx(store::accounts)) {
            forgotten += database.inTx(tx -> store.prune(tx, account, before, PRUNE_MAX));
        }
        if (forgotten == 0) {
            pruneAt = now.plus(BETWEEN_PRUNINGS);
        }
        return forgotten;
    }

    /// Waits a little for calls on their way; whose outcome is not known then are made again.
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOPPING_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("ending callbacks that are not answered yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
