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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.id.AccountId;
import reynard.id.LinkId;

/// Takes what readers do with emails, and writes it down in batches. Whoever asks for a picture or follows a link does
/// not wait for that.
///
/// A process that is killed loses what waits, which is at most what has come since the last batch began. What was taken
/// to be written down and failed is tried again under the same number, so that nothing counts twice.
///
/// Threads: any number may hand in; one at a time writes.
public final class Intake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int WAITING_MAX = 50_000;
    private static final int BATCH = 2_000;
    private static final int FAILURES_MAX = 3;
    private static final Duration ROOM_WAIT = Duration.ofSeconds(1);

    private final TrackingStore store = new TrackingStore();
    private final Database database;
    private final IdBlocks ids;
    private final Targets targets;
    private final BlockingQueue<Happening> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final List<Numbered> batch = new ArrayList<>();
    private final Set<YearMonth> months = new HashSet<>();
    private final AtomicLong lost = new AtomicLong();
    private int failures;

    public Intake(Database database, IdBlocks ids, Targets targets) {
        this.database = database;
        this.ids = ids;
        this.targets = targets;
    }

    record Numbered(long id, Happening happening) {}

    /// Hands in. An open is dropped when too many wait already; a click waits for room first.
    void take(Happening happening) {
        boolean taken = waiting.offer(happening);
        if (!taken && happening.what() instanceof Happening.What.Clicked) {
            taken = takeWhenThereIsRoom(happening);
        }
        if (!taken && lost.incrementAndGet() % 1_000 == 1) {
            LOG.warn("{} opens and clicks were lost: more come than can be written down", lost);
        }
    }

    private boolean takeWhenThereIsRoom(Happening happening) {
        try {
            return waiting.offer(happening, ROOM_WAIT.toMillis(), TimeUnit.MILLISECONDS);
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
            batch.add(new Numbered(ids.next(), waiting.remove()));
        }
        if (batch.isEmpty()) {
            return 0;
        }
        int size = batch.size();
        try {
            batch.stream().map(Intake::month).distinct().forEach(this::openMonth);
            List.copyOf(batch).stream()
                    .collect(groupingBy(one -> one.happening().account()))
                    .forEach(this::write);
            failures = 0;
        } catch (RuntimeException e) {
            failures++;
            if (failures < FAILURES_MAX || isOutage(e)) {
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

    private void write(AccountId account, List<Numbered> happenings) {
        var links = links(account, happenings);
        database.useTx(tx -> new Recorder(store, tx, account).record(happenings, links, false));
        batch.removeAll(new HashSet<>(happenings));
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
                write(one.happening().account(), List.of(one));
            } catch (RuntimeException e) {
                if (isOutage(e)) {
                    throw e;
                }
                LOG.error("what was done with delivery {} is lost", one.happening().delivery(), e);
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
