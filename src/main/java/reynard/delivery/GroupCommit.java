package reynard.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reynard.id.AccountId;

/// Puts on record what many connections have to record, in one transaction for all that wait at this moment.
///
/// What comes while nothing is written is written at once; what comes while a transaction is on its way is in the next
/// one, with all that came meanwhile, in the order in which it came. Where much comes so quickly that this alone makes
/// large transactions, the next one waits for a third of what may come, for as long as the last one took and no longer:
/// each transaction costs much the same, whatever is in it.
///
/// @param <T> what is recorded
/// @param <R> what became of it
final class GroupCommit<T, R> {
    private static final int TOGETHER_MAX = 256;
    /// With fewer, or a smaller part of all that may come, they come too slowly to be worth waiting for.
    private static final int CROWD_MIN = 4;

    private static final int CROWD_ONE_IN = 5;
    private static final int WAITED_FOR_ONE_IN = 3;
    private static final long WAIT_MAX = Duration.ofMillis(20).toNanos();

    /// Records all, of one account, in one transaction.
    interface Work<T, R> {
        /// @return what became of each, in the order of the items
        List<R> record(AccountId account, List<T> items);
    }

    /// A transaction waits for the answer to each of its statements, and a platform thread is awake sooner.
    private static final Executor WRITERS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("group-commit-", 0).factory());

    private final Work<T, R> work;
    private final IntSupplier underWay;
    private final Map<AccountId, Line> lines = new ConcurrentHashMap<>();

    /// @param underWay how many there are at this moment that will come, at most
    GroupCommit(Work<T, R> work, IntSupplier underWay) {
        this.work = work;
        this.underWay = underWay;
    }

    /// Returns when the item is on record.
    ///
    /// @throws RuntimeException when the transaction that it was in failed, or may have
    R record(AccountId account, T item) {
        try {
            return begin(account, item).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /// Returns at once. What comes of it is known when the item is on record, or its transaction failed or may have.
    /// Who is told of it must not be long about it, for others wait.
    CompletableFuture<R> begin(AccountId account, T item) {
        return lines.computeIfAbsent(account, Line::new).begin(item);
    }

    /// How many of an account wait for the next transaction.
    int waiting(AccountId account) {
        var line = lines.get(account);
        return line == null ? 0 : line.count.get();
    }

    private record Entry<T, R>(T item, CompletableFuture<R> outcome) {}

    /// Those of one account. While there are any, a thread writes all that wait, and again.
    private final class Line {
        private final AccountId account;
        private final Queue<Entry<T, R>> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicBoolean isWritten = new AtomicBoolean();
        /// Whoever writes and waits for more, and for how many.
        private volatile @Nullable Thread gathering;

        private volatile int wanted;
        /// How many the last transaction wrote, and how long it took. For whoever writes.
        private int together;

        private long took;

        private Line(AccountId account) {
            this.account = account;
        }

        CompletableFuture<R> begin(T item) {
            var entry = new Entry<T, R>(item, new CompletableFuture<>());
            waiting.add(entry);
            var gatherer = count.incrementAndGet() >= wanted ? gathering : null;
            if (gatherer != null) {
                LockSupport.unpark(gatherer);
            }
            if (isWritten.compareAndSet(false, true)) {
                try {
                    WRITERS.execute(this::write);
                } catch (RuntimeException | Error e) {
                    // The next to come tries again.
                    isWritten.set(false);
                    if (waiting.remove(entry)) {
                        count.decrementAndGet();
                        entry.outcome().completeExceptionally(e);
                    }
                }
            }
            return entry.outcome();
        }

        private void write() {
            do {
                try {
                    while (!waiting.isEmpty()) {
                        gather();
                        recordNext();
                    }
                } finally {
                    isWritten.set(false);
                }
                // What came just before saw that somebody writes.
            } while (!waiting.isEmpty() && isWritten.compareAndSet(false, true));
        }

        private void gather() {
            int all = underWay.getAsInt();
            if (together < Math.max(CROWD_MIN, all / CROWD_ONE_IN)) {
                return;
            }
            wanted = Math.min(TOGETHER_MAX, all / WAITED_FOR_ONE_IN);
            gathering = Thread.currentThread();
            long end = System.nanoTime() + took;
            for (long left = took; count.get() < wanted && left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
            }
            gathering = null;
        }

        private void recordNext() {
            var entries = new ArrayList<Entry<T, R>>(TOGETHER_MAX);
            for (var next = waiting.poll(); next != null; next = waiting.poll()) {
                entries.add(next);
                if (entries.size() == TOGETHER_MAX) {
                    break;
                }
            }
            count.addAndGet(-entries.size());
            together = entries.size();
            long began = System.nanoTime();
            try {
                var results =
                        work.record(account, entries.stream().map(Entry::item).toList());
                for (int i = 0; i < entries.size(); i++) {
                    entries.get(i).outcome().complete(results.get(i));
                }
            } catch (RuntimeException | Error e) {
                entries.forEach(entry -> entry.outcome().completeExceptionally(e));
            }
            took = Math.min(System.nanoTime() - began, WAIT_MAX);
        }
    }
}
