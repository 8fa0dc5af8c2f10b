package reynard.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import reynard.id.AccountId;

/// Puts on record what many connections have to record, in one transaction for all that wait at this moment.
///
/// Nobody waits for company: who comes while nothing is written writes at once, alone; who comes while a transaction is
/// on its way is in the next one, with all the others who came meanwhile. Each returns when what it brought is durable.
///
/// @param <T> what is recorded
/// @param <R> what became of it
final class GroupCommit<T, R> {
    private static final int TOGETHER_MAX = 128;

    /// Records all, of one account, in one transaction.
    interface Work<T, R> {
        /// @return what became of each, in the order of the items
        List<R> record(AccountId account, List<T> items);
    }

    private final Work<T, R> work;
    private final Map<AccountId, Line> lines = new ConcurrentHashMap<>();

    GroupCommit(Work<T, R> work) {
        this.work = work;
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
        return line == null ? 0 : line.waiting.size();
    }

    private record Waiting<T, R>(T item, CompletableFuture<R> result) {}

    /// Those of one account. Who holds the lock writes for all who wait for it.
    private final class Line {
        private final AccountId account;
        private final Queue<Waiting<T, R>> waiting = new ConcurrentLinkedQueue<>();
        private final ReentrantLock turn = new ReentrantLock();

        private Line(AccountId account) {
            this.account = account;
        }

        R record(T item) {
            var own = new Waiting<T, R>(item, new CompletableFuture<>());
            waiting.add(own);
            turn.lock();
            try {
                while (!own.result().isDone()) {
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

        private void recordNext() {
            var together = new ArrayList<Waiting<T, R>>();
            for (var next = waiting.poll(); next != null; next = waiting.poll()) {
                together.add(next);
                if (together.size() == TOGETHER_MAX) {
                    break;
                }
            }
            try {
                var results = work.record(
                        account, together.stream().map(Waiting::item).toList());
                for (int i = 0; i < together.size(); i++) {
                    together.get(i).result().complete(results.get(i));
                }
            } catch (RuntimeException e) {
                together.forEach(entry -> entry.result().completeExceptionally(e));
            }
        }
    }
}
