package reynard.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reynard.id.AccountId;

/// Puts on record what many connections have to record, in one transaction for all that wait at this moment.
///
/// Who comes while nothing is written writes at once; who comes while a transaction is on its way is in the next one,
/// with all the others who came meanwhile. Where many come so quickly that this alone makes large transactions, the
/// next one waits for a third of those who may come, for as long as the last one took and no longer: each transaction
/// costs much the same, whatever is in it. Each returns when what it brought is durable.
///
/// @param <T> what is recorded
/// @param <R> what became of it
final class GroupCommit<T, R> {
    private static final int TOGETHER_MAX = 128;
    /// With fewer, or a smaller part of all who may come, they come too slowly to be worth waiting for.
    private static final int CROWD_MIN = 4;

    private static final int CROWD_ONE_IN = 10;
    private static final int WAITED_FOR_ONE_IN = 3;
    private static final long WAIT_MAX = Duration.ofMillis(20).toNanos();

    /// Records all, of one account, in one transaction.
    interface Work<T, R> {
        /// @return what became of each, in the order of the items
        List<R> record(AccountId account, List<T> items);
    }

    private final Work<T, R> work;
    private final IntSupplier underWay;
    private final Map<AccountId, Line> lines = new ConcurrentHashMap<>();

    /// @param underWay how many there are at this moment who will come, at most
    GroupCommit(Work<T, R> work, IntSupplier underWay) {
        this.work = work;
        this.underWay = underWay;
    }

    /// Returns when the item is on record.
    ///
    /// @throws RuntimeException when the transaction that it was in failed, or may have
    R record(AccountId account, T item) {
        return lines.computeIfAbsent(account, Line::new).record(item);
    }

    /// How many of an account wait for the next transaction.
    int waiting(AccountId account) {
        var line = lines.get(account);
        return line == null ? 0 : line.count.get();
    }

    private record Waiting<T, R>(T item, CompletableFuture<R> result) {}

    /// Those of one account. Who holds the lock writes for all who wait for it.
    private final class Line {
        private final AccountId account;
        private final Queue<Waiting<T, R>> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicInteger count = new AtomicInteger();
        private final ReentrantLock turn = new ReentrantLock();
        /// Whoever holds the turn and waits for others, and for how many.
        private volatile @Nullable Thread gathering;

        private volatile int wanted;
        /// How many the last transaction wrote, and how long it took. For whoever holds the turn.
        private int together;

        private long took;

        private Line(AccountId account) {
            this.account = account;
        }

        R record(T item) {
            var own = new Waiting<T, R>(item, new CompletableFuture<>());
            waiting.add(own);
            var gatherer = count.incrementAndGet() >= wanted ? gathering : null;
            if (gatherer != null) {
                LockSupport.unpark(gatherer);
            }
            turn.lock();
            try {
                while (!own.result().isDone()) {
                    gather();
                    recordNext();
                }
            } finally {
                turn.unlock();
            }
            if (own.result().isCompletedExceptionally() && own.result().exceptionNow() instanceof RuntimeException e) {
                throw e;
            }
            return own.result().resultNow();
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
            var entries = new ArrayList<Waiting<T, R>>();
            for (var next = waiting.poll(); next != null; next = waiting.poll()) {
                entries.add(next);
                if (entries.size() == TOGETHER_MAX) {
                    break;
                }
            }
            count.addAndGet(-entries.size());
            long began = System.nanoTime();
            try {
                var results =
                        work.record(account, entries.stream().map(Waiting::item).toList());
                for (int i = 0; i < entries.size(); i++) {
                    entries.get(i).result().complete(results.get(i));
                }
            } catch (RuntimeException e) {
                entries.forEach(entry -> entry.result().completeExceptionally(e));
            }
            together = entries.size();
            took = Math.min(System.nanoTime() - began, WAIT_MAX);
        }
    }
}
