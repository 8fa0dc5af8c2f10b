package reynard.tracking;

import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.LinkId;

/// Takes what readers do with emails, and writes it down in batches. Whoever asks for a picture does not wait for that,
/// nor who follows a link, unless something follows from the click: then they go on when it is in the database, though
/// not yet on its disk.
///
/// So a process that is killed loses the opens that wait, and clicks that nobody wants to hear of: at most what has
/// come
/// since the last batch began. A database that is killed loses nothing either while this process lives: what may not be
/// on its disk yet is kept, and written down once more. Each has a number, by which nothing counts twice.
///
/// Threads: any number may hand in; one at a time writes.
public final class Intake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int WAITING_MAX = 50_000;
    private static final int BATCH = 2_000;
    private static final int FAILURES_MAX = 3;
    private static final Duration ROOM_WAIT = Duration.ofSeconds(1);
    private static final Duration KEEPING_WAIT = Duration.ofMillis(500);
    /// PostgreSQL writes what was committed without waiting to disk within three times its `wal_writer_delay` of 200
    /// ms.
    private static final Duration FLUSH_EVERY = Duration.ofSeconds(1);

    private final TrackingStore store = new TrackingStore();
    private final Database database;
    private final IdBlocks ids;
    private final Targets targets;
    private final Wanted wanted;
    private final Map<AccountId, Boolean> wantedBy = new ConcurrentHashMap<>();
    private final BlockingQueue<Handed> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final List<Numbered> batch = new ArrayList<>();
    private final List<Numbered> unflushed = new ArrayList<>();
    private final Set<YearMonth> months = new HashSet<>();
    private final AtomicLong lost = new AtomicLong();
    private int failures;
    private long flushedAt = System.nanoTime();
    private volatile @Nullable Runnable waking;

    /// Whether anybody of an account wants to hear of clicks.
    @FunctionalInterface
    public interface Wanted {
        boolean by(Tx tx, AccountId account);
    }

    public Intake(Database database, IdBlocks ids, Targets targets, Wanted wanted) {
        this.database = database;
        this.ids = ids;
        this.targets = targets;
        this.wanted = wanted;
    }

    /// @param kept completed when it is in the database
    private record Handed(Happening happening, CompletableFuture<@Nullable Void> kept) {}

    record Numbered(long id, Happening happening, CompletableFuture<@Nullable Void> kept) {}

    /// From now on somebody writes down what waits, and does so at once when this is called.
    public void wakes(Runnable writing) {
        waking = writing;
    }

    /// Hands in. An open is dropped when too many wait already; a click waits for room first, and until it is kept if
    /// something may follow from it.
    void take(Happening happening) {
        var handed = new Handed(happening, new CompletableFuture<>());
        boolean clicked = happening.what() instanceof Happening.What.Clicked;
        boolean taken = waiting.offer(handed) || (clicked && takeWhenThereIsRoom(handed));
        var writing = waking;
        if (taken && clicked && writing != null && wantedBy.getOrDefault(happening.account(), true)) {
            writing.run();
            awaitKept(handed);
        }
        if (!taken && lost.incrementAndGet() % 1_000 == 1) {
            LOG.warn("{} opens and clicks were lost: more come than can be written down", lost);
        }
    }

    private static void awaitKept(Handed handed) {
        try {
            handed.kept().get(KEEPING_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The reader has waited long enough. It is written down as soon as it can be.
            LOG.warn(
                    "a click of account {} is not written down yet",
                    handed.happening().account());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a click that is kept has no failure", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean takeWhenThereIsRoom(Handed handed) {
        try {
            return waiting.offer(handed, ROOM_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// How many opens and clicks were lost since the start, because more came than could be written down.
    public long lost() {
        return lost.get();
    }

    /// Writes down one batch of what waits.
    ///
    /// @return how many
    public synchronized int drain() {
        // What could not be written down the last time comes first.
        while (batch.size() < BATCH && waiting.peek() != null) {
            var handed = waiting.remove();
            batch.add(new Numbered(ids.next(), handed.happening(), handed.kept()));
        }
        boolean flush = System.nanoTime() - flushedAt >= FLUSH_EVERY.toNanos();
        if (batch.isEmpty()) {
            if (flush) {
                unflushed.clear();
            }
            return 0;
        }
        int size = batch.size();
        try {
            batch.stream().map(Intake::month).distinct().forEach(this::openMonth);
            List.copyOf(batch).stream()
                    .collect(groupingBy(one -> one.happening().account()))
                    .forEach((account, happenings) -> write(account, happenings, flush));
            failures = 0;
            if (flush) {
                flushedAt = System.nanoTime();
                unflushed.clear();
            }
        } catch (RuntimeException e) {
            failures++;
            if (isOutage(e)) {
                // What a database forgets that was killed is written down once more, and is known by its number if not.
                batch.addAll(unflushed);
                unflushed.clear();
                throw e;
            }
            if (failures < FAILURES_MAX) {
                throw e;
            }
            LOG.error("a batch of {} opens and clicks fails again and again; trying each alone", batch.size(), e);
            writeEachAlone();
        }
        return size;
    }

    private static YearMonth month(Numbered one) {
        return YearMonth.from(one.happening().at().atZone(ZoneOffset.UTC));
    }

    private void openMonth(YearMonth month) {
        if (!months.contains(month)) {
            database.useTx(tx -> store.createMonth(tx, month));
            months.add(month);
        }
    }

    private void write(AccountId account, List<Numbered> happenings, boolean flush) {
        var links = links(account, happenings);
        database.useTx(tx -> {
            if (!flush) {
                store.commitWithoutWaiting(tx);
            }
            boolean told = !links.isEmpty() && wanted.by(tx, account);
            if (!links.isEmpty()) {
                wantedBy.put(account, told);
            }
            new Recorder(store, tx, account).record(happenings, links, told);
        });
        happenings.forEach(one -> one.kept().complete(null));
        batch.removeAll(new HashSet<>(happenings));
        if (!flush) {
            unflushed.addAll(happenings);
        }
    }

    /// Those of addresses that one email alone has are kept from their first click on.
    private Map<String, LinkId> links(AccountId account, List<Numbered> happenings) {
        var links = new HashMap<String, LinkId>();
        for (var one : happenings) {
            if (one.happening().what() instanceof Happening.What.Clicked(var url)) {
                links.computeIfAbsent(url, address -> targets.keep(account, address));
            }
        }
        return links;
    }

    private void writeEachAlone() {
        for (var one : List.copyOf(batch)) {
            try {
                write(one.happening().account(), List.of(one), true);
            } catch (RuntimeException e) {
                if (isOutage(e)) {
                    throw e;
                }
                LOG.error(
                        "what was done with delivery {} is lost",
                        one.happening().delivery(),
                        e);
                lost.incrementAndGet();
                batch.remove(one);
            }
        }
        failures = 0;
    }

    private static boolean isOutage(Throwable failure) {
        return Stream.<@Nullable Throwable>iterate(failure, Objects::nonNull, cause -> cause.getCause())
                .anyMatch(cause -> cause != null && Database.isUnreachable(cause));
    }

    /// Writes down everything that still waits.
    @Override
    public void close() {
        while (drain() > 0) {
            LOG.debug("opens and clicks are written down before the end");
        }
    }
}
