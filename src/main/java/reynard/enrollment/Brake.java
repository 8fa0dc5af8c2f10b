package reynard.enrollment;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.SettingStore;
import reynard.db.Tx;
import reynard.db.Whereabouts;

/// Brings all sending to a standstill where going on by itself might repeat what was sent already, and keeps it there
/// until the operator has answered: a database that looks restored or was long asleep, a clock that jumped ahead.
public final class Brake {
    private static final Logger LOG = LoggerFactory.getLogger(Brake.class);
    /// A backup is seldom younger than this, and a restart seldom takes so long.
    private static final Duration SHORT_SLEEP = Duration.ofHours(1);
    private static final long COUNTED_MAX = 1_000_000;
    /// More than anybody gives out between two backups.
    private static final long IDS_SKIPPED = 1_000_000;
    private static final String WHEREABOUTS = "whereabouts";

    private final Database database;
    private final Limits limits;
    private final Duration memory;
    private final StandstillStore store = new StandstillStore();
    private final SettingStore settings = new SettingStore();
    private final Heartbeat heartbeat = new Heartbeat();
    private volatile @Nullable Look last;

    /// When sleep is long.
    ///
    /// @param asleepAfter this long without a server, and one overdue email, are a standstill; zero: never
    /// @param overdueMax so are an hour and this many overdue emails
    public record Limits(Duration asleepAfter, long overdueMax) {
        public static final Limits DEFAULT = new Limits(Duration.ofHours(24), 100);
    }

    /// What was seen at a moment.
    private record Look(Instant at, Optional<Standstill> standstill) {
        boolean holdsAt(Instant now, Duration memory) {
            return !now.isBefore(at) && now.isBefore(at.plus(memory));
        }
    }

    /// @param memory how long an answer of the database is good for
    public Brake(Database database, Limits limits, Duration memory) {
        this.database = database;
        this.limits = limits;
        this.memory = memory;
    }

    /// The look of a server that starts: says loudly what it finds.
    public Optional<Standstill> start(Instant now) {
        var before = database.inTx(store::find);
        before.ifPresent(Brake::warn);
        return before.isPresent() ? before : look(now, database.inTx(this::hasMoved));
    }

    /// Whether nothing may be sent now. Looks whether there is a reason not to, too: a machine may fall asleep while
    /// the server runs.
    public boolean holds(Instant now) {
        var look = last;
        var standstill = look != null && look.holdsAt(now, memory) ? look.standstill() : look(now, false);
        return standstill.isPresent();
    }

    /// What holds all sending; empty when nothing does.
    public Optional<Standstill> standstill() {
        return database.inTx(store::find);
    }

    private Optional<Standstill> look(Instant now, boolean moved) {
        var standstill = database.inTx(tx -> {
            var known = store.find(tx);
            return known.isPresent() ? known : reason(tx, now, moved).map(reason -> pulled(tx, reason));
        });
        last = new Look(now, standstill);
        return standstill;
    }

    private Standstill pulled(Tx tx, Standstill reason) {
        if (store.insert(tx, reason)) {
            store.skipIds(tx, IDS_SKIPPED);
            warn(reason);
        }
        return store.find(tx).orElse(reason);
    }

    private Optional<Standstill> reason(Tx tx, Instant now, boolean moved) {
        var walkedAt = heartbeat.walkedAt(tx);
        var slept = walkedAt.map(at -> Duration.between(at, now)).orElse(Duration.ZERO);
        boolean never = limits.asleepAfter().isZero();
        boolean shortSleep = slept.compareTo(SHORT_SLEEP) >= 0;
        boolean longSleep = slept.compareTo(limits.asleepAfter()) >= 0;
        if (never || !(moved || shortSleep || longSleep)) {
            return Optional.empty();
        }
        long overdue = store.overdue(tx, now, COUNTED_MAX);
        boolean asleep = (longSleep && overdue > 0) || (shortSleep && overdue >= limits.overdueMax());
        if (!asleep && !(moved && overdue > 0)) {
            return Optional.empty();
        }
        var cause = moved ? Standstill.Cause.MOVED : Standstill.Cause.ASLEEP;
        return Optional.of(new Standstill(now, cause, walkedAt, overdue, Optional.empty()));
    }

    /// Whether the database was in another PostgreSQL when a server last looked; from now on this one is known.
    private boolean hasMoved(Tx tx) {
        var here = Whereabouts.of(tx);
        var before = settings.find(tx, WHEREABOUTS);
        if (!before.equals(here)) {
            here.ifPresent(place -> settings.put(tx, WHEREABOUTS, place));
        }
        return before.isPresent() && here.isPresent() && !before.equals(here);
    }

    /// The machine's clock shows this moment, which has not come yet by the time that really passed.
    public void clockJumped(Instant now) {
        last = null;
        database.useTx(tx -> {
            if (store.find(tx).isEmpty()) {
                var overdue = store.overdue(tx, now, COUNTED_MAX);
                var standstill = new Standstill(
                        now, Standstill.Cause.CLOCK_JUMPED, heartbeat.walkedAt(tx), overdue, Optional.empty());
                if (store.insert(tx, standstill)) {
                    warn(standstill);
                }
            }
        });
    }

    /// The clock that jumped ahead is right again.
    public void clockReturned() {
        last = null;
        database.useTx(tx -> {
            if (store.find(tx)
                    .filter(found -> found.cause() == Standstill.Cause.CLOCK_JUMPED)
                    .isPresent()) {
                store.delete(tx);
                LOG.warn("the machine's clock has come back: sending goes on");
            }
        });
    }

    /// Sending goes on; what is overdue is handled as each sequence says (`catch_up`).
    ///
    /// @return what had held it; empty when nothing had
    public Optional<Standstill> resume(Instant now) {
        last = null;
        return database.inTx(tx -> {
            var before = store.find(tx);
            before.ifPresent(_ -> release(tx, now));
            return before;
        });
    }

    /// Sending goes on as soon as all that was due until this moment is written down as sent.
    ///
    /// @return what had held it; empty when nothing had
    public Optional<Standstill> resumeTreatingAsSent(Instant until) {
        last = null;
        return database.inTx(tx -> {
            var before = store.find(tx);
            before.ifPresent(_ -> store.treatAsSent(tx, until));
            return before;
        });
    }

    /// All of it is written down.
    public void written(Instant now) {
        last = null;
        database.useTx(tx -> release(tx, now));
    }

    private void release(Tx tx, Instant now) {
        store.delete(tx);
        // What fell due in between is late by an outage, and this server is awake.
        heartbeat.beat(tx, now);
        LOG.warn("sending goes on");
    }

    private static void warn(Standstill standstill) {
        LOG.warn(
                "SENDING IS PAUSED since {}. {} Nothing goes out until you say what to do with what is overdue:"
                        + " bin/reynard resume, or bin/reynard resume --treat-as-sent-until INSTANT",
                standstill.since(),
                standstill.sentence());
    }
}
