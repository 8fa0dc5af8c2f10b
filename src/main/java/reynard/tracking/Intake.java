package reynard.tracking;

import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.LinkId;

/// Takes what readers do with emails, and writes it down in batches. Whoever asks for a picture or follows a link does
/// not wait for that.
///
/// Threads: any number may hand in; one at a time writes.
public final class Intake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int WAITING_MAX = 50_000;
    private static final int BATCH = 2_000;
    private static final Duration ROOM_WAIT = Duration.ofSeconds(1);
    /// No person has an email before them, reads it and acts so soon after its relay took it.
    private static final Duration OPEN_TOO_SOON = Duration.ofSeconds(5);
    private static final Duration CLICK_TOO_SOON = Duration.ofSeconds(10);

    private final TrackingStore store = new TrackingStore();
    private final Database database;
    private final IdBlocks ids;
    private final Targets targets;
    private final BlockingQueue<Happening> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final List<Happening> batch = new ArrayList<>();
    private final Set<YearMonth> months = new HashSet<>();
    private final AtomicLong lost = new AtomicLong();

    public Intake(Database database, IdBlocks ids, Targets targets) {
        this.database = database;
        this.ids = ids;
        this.targets = targets;
    }

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

    /// Writes down one batch of what waits.
    ///
    /// @return how many
    public synchronized int drain() {
        // What could not be written down the last time comes first.
        waiting.drainTo(batch, BATCH - batch.size());
        if (batch.isEmpty()) {
            return 0;
        }
        batch.stream().map(Intake::month).distinct().forEach(this::openMonth);
        int written = batch.size();
        for (var group : batch.stream().collect(groupingBy(Happening::account)).entrySet()) {
            var account = group.getKey();
            var links = links(account, group.getValue());
            database.useTx(tx -> write(tx, account, group.getValue(), links));
            batch.removeIf(happening -> happening.account().equals(account));
        }
        return written;
    }

    private static YearMonth month(Happening happening) {
        return YearMonth.from(happening.at().atZone(ZoneOffset.UTC));
    }

    private void openMonth(YearMonth month) {
        if (!months.contains(month)) {
            database.useTx(tx -> store.createMonth(tx, month));
            months.add(month);
        }
    }

    /// Those of addresses that one email alone has are kept from their first click on.
    private Map<String, LinkId> links(AccountId account, List<Happening> happenings) {
        var links = new HashMap<String, LinkId>();
        for (var happening : happenings) {
            if (happening.what() instanceof Happening.What.Clicked(var url)) {
                links.computeIfAbsent(url, address -> targets.keep(account, address));
            }
        }
        return links;
    }

    private void write(Tx tx, AccountId account, List<Happening> happenings, Map<String, LinkId> links) {
        var deliveries = store.deliveries(
                tx, account, happenings.stream().map(Happening::delivery).toList());
        var opens = new ArrayList<TrackingStore.Open>();
        var clicks = new ArrayList<TrackingStore.Click>();
        for (var happening : happenings) {
            // An email that is gone takes with it what was done with it.
            Optional.ofNullable(deliveries.get(happening.delivery())).ifPresent(delivery -> {
                switch (happening.what()) {
                    case Happening.What.Opened _ ->
                        opens.add(new TrackingStore.Open(
                                happening.delivery(),
                                happening.at(),
                                ids.next(),
                                delivery.subscriber(),
                                machine(happening, delivery, OPEN_TOO_SOON)));
                    case Happening.What.Clicked(var url) ->
                        clicks.add(new TrackingStore.Click(
                                happening.delivery(),
                                happening.at(),
                                ids.next(),
                                delivery.subscriber(),
                                Objects.requireNonNull(links.get(url)),
                                machine(happening, delivery, CLICK_TOO_SOON)));
                }
            });
        }
        store.insertOpens(tx, account, opens);
        store.insertClicks(tx, account, clicks);
        store.markOpened(tx, account, firsts(opens, false));
        store.markMachineOpened(tx, account, firsts(opens, true));
        store.markClicked(tx, account, firstsOfClicks(clicks, false));
        store.markMachineClicked(tx, account, firstsOfClicks(clicks, true));
    }

    private static Optional<Machine> machine(Happening happening, TrackingStore.Sent delivery, Duration tooSoon) {
        return happening.machine().or(() -> {
            var soonest = delivery.settledAt().map(at -> at.plus(tooSoon));
            return soonest.filter(at -> !happening.at().isBefore(at)).isPresent()
                    ? Optional.empty()
                    : Optional.of(Machine.TOO_SOON);
        });
    }

    private static Map<DeliveryId, Instant> firsts(List<TrackingStore.Open> opens, boolean machine) {
        var firsts = new HashMap<DeliveryId, Instant>();
        opens.stream()
                .filter(open -> open.machine().isPresent() == machine)
                .forEach(open -> firsts.merge(open.delivery(), open.at(), Intake::earlier));
        return firsts;
    }

    private static Map<DeliveryId, Instant> firstsOfClicks(List<TrackingStore.Click> clicks, boolean machine) {
        var firsts = new HashMap<DeliveryId, Instant>();
        clicks.stream()
                .filter(click -> click.machine().isPresent() == machine)
                .forEach(click -> firsts.merge(click.delivery(), click.at(), Intake::earlier));
        return firsts;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /// Writes down everything that still waits.
    @Override
    public void close() {
        while (drain() > 0) {
            LOG.debug("opens and clicks are written down before the end");
        }
    }
}
