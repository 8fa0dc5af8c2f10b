package reynard.ui;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.account.Secrets;
import reynard.id.AccountId;

/// Figures that pages show. Those of a small account are counted when they are asked for. A large one's take long to
/// count, and so they are counted behind the author's back, and shown as they were some seconds ago; what is older is
/// not shown any more.
///
/// Threads: any.
public final class Figures {
    private static final Logger LOG = LoggerFactory.getLogger(Figures.class);
    private static final int KEPT_MAX = 2_000;
    private static final Duration AGE_MIN = Duration.ofSeconds(5);
    private static final Duration SHOWN_MAX = Duration.ofMinutes(1);
    /// Counting takes a tenth of the time at most, however long it takes.
    private static final int AGE_TIMES_COST = 9;

    private final Predicate<AccountId> isLarge;
    private final Duration patience;
    private final Executor executor;
    private final LongSupplier nanos;
    private final Set<AccountId> large = ConcurrentHashMap.newKeySet();
    private final Map<Key, Figure<?>> entries = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Figure<?>> eldest) {
            return size() > KEPT_MAX;
        }
    };

    /// @param isLarge a quick look; an account that was large once is taken to stay so
    /// @param patience how long the first count of a large account is waited for
    Figures(Predicate<AccountId> isLarge, Duration patience, Executor executor, LongSupplier nanos) {
        this.isLarge = isLarge;
        this.patience = patience;
        this.executor = executor;
        this.nanos = nanos;
    }

    public static Figures of(Predicate<AccountId> isLarge) {
        return new Figures(
                isLarge, Duration.ofMillis(60), Executors.newVirtualThreadPerTaskExecutor(), System::nanoTime);
    }

    /// A number for a question that has none, by which its answer is found again.
    public static long name(String question) {
        return ByteBuffer.wrap(Secrets.sha256(question)).getLong();
    }

    /// What is counted, and of what.
    public record Key(AccountId account, Class<?> what, long of) {}

    private static final class Figure<V> {
        private @Nullable V value;
        private long countedAt;
        private long cost;
        private @Nullable CompletableFuture<V> running;
    }

    /// @param count in a transaction of its own
    /// @return empty while a large account is counted for the first time, or after nobody has asked for long
    @SuppressWarnings("unchecked") // A key names the class of its values.
    public <V> Optional<V> get(AccountId account, Class<V> what, long of, Supplier<V> count) {
        if (!large.contains(account)) {
            if (!isLarge.test(account)) {
                return Optional.of(count.get());
            }
            large.add(account);
        }
        Figure<V> entry;
        synchronized (entries) {
            entry = (Figure<V>) entries.computeIfAbsent(new Key(account, what, of), _ -> new Figure<V>());
        }
        CompletableFuture<V> running;
        synchronized (entry) {
            if (entry.running == null && isOld(entry)) {
                entry.running = start(entry, count);
            }
            if (entry.value != null && !isStale(entry)) {
                return Optional.of(entry.value);
            }
            running = entry.running;
        }
        return running == null ? Optional.empty() : waited(running);
    }

    private boolean isOld(Figure<?> entry) {
        return entry.value == null
                || nanos.getAsLong() - entry.countedAt > Math.max(AGE_MIN.toNanos(), AGE_TIMES_COST * entry.cost);
    }

    private boolean isStale(Figure<?> entry) {
        return nanos.getAsLong() - entry.countedAt > Math.max(SHOWN_MAX.toNanos(), 2L * AGE_TIMES_COST * entry.cost);
    }

    private <V> CompletableFuture<V> start(Figure<V> entry, Supplier<V> count) {
        long begun = nanos.getAsLong();
        var running = new CompletableFuture<V>();
        executor.execute(() -> {
            try {
                var value = count.get();
                synchronized (entry) {
                    entry.value = value;
                    entry.countedAt = nanos.getAsLong();
                    entry.cost = entry.countedAt - begun;
                    entry.running = null;
                }
                running.complete(value);
            } catch (RuntimeException e) {
                LOG.warn("figures could not be counted", e);
                synchronized (entry) {
                    entry.running = null;
                }
                running.completeExceptionally(e);
            }
        });
        return running;
    }

    private <V> Optional<V> waited(CompletableFuture<V> running) {
        try {
            return Optional.of(running.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("figures could not be counted", e);
        }
    }
}
