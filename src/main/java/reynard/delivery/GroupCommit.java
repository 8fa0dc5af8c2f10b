package reynard.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
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
    private static final int TOGETHER_MAX = 256;
    /// With fewer, or a smaller part of all who may come, they come too slowly to be worth waiting for.
    private static final int CROWD_MIN = 4;

    private static final int CROWD_ONE_IN = 5;
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

    /// One who waits: until what it brought is on record, or until it is its turn to write for all who wait.
    private static final class Waiting<T, R> {
        private final T item;
        private final Thread thread = Thread.currentThread();
        private volatile @Nullable Supplier<R> outcome;
        private volatile boolean itsTurn;

        private Waiting(T item) {
            this.item = item;
        }

        void end(Supplier<R> what) {
            outcome = what;
            LockSupport.unpark(thread);
        }

        void take() {
            itsTurn = true;
            LockSupport.unpark(thread);
        }

        /// @return whether it is its turn
        boolean await() {
            boolean interrupted = false;
            while (outcome == null && !itsTurn) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                thread.interrupt();
            }
            return itsTurn;
        }
    }

    /// Those of one account. One of them at a time has the turn, and writes for all who wait. It is handed on to one
    /// who
    /// waits, and all who are done go on at once: nobody stands in a line behind a transaction of others.
    private final class Line {
        private final AccountId account;
        private final Queue<Waiting<T, R>> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicBoolean taken = new AtomicBoolean();
        /// Whoever has the turn and waits for others, and for how many.
        private volatile @Nullable Thread gathering;

        private volatile int wanted;
        /// How many the last transaction wrote, and how long it took. For whoever has the turn.
        private int together;

        private long took;

        private Line(AccountId account) {
            this.account = account;
        }

        R record(T item) {
            var own = new Waiting<T, R>(item);
            waiting.add(own);
            var gatherer = count.incrementAndGet() >= wanted ? gathering : null;
            if (gatherer != null) {
                LockSupport.unpark(gatherer);
            }
            if (taken.compareAndSet(false, true) || own.await()) {
                while (own.outcome == null) {
                    gather();
                    recordNext();
                }
                handOn();
            }
            return Objects.requireNonNull(own.outcome).get();
        }

        private void handOn() {
            do {
                var next = waiting.peek();
                if (next != null) {
                    next.take();
                    return;
                }
                taken.set(false);
                // Who came just before saw the turn taken, and waits.
            } while (!waiting.isEmpty() && taken.compareAndSet(false, true));
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
            together = entries.size();
            long began = System.nanoTime();
            try {
                var results = work.record(
                        account, entries.stream().map(entry -> entry.item).toList());
                for (int i = 0; i < entries.size(); i++) {
                    var result = results.get(i);
                    entries.get(i).end(() -> result);
                }
            } catch (RuntimeException | Error e) {
                entries.forEach(entry -> entry.end(() -> {
                    throw e;
                }));
            }
            took = Math.min(System.nanoTime() - began, WAIT_MAX);
        }
    }
}
