package reynard.app;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.SettingStore;

/// A clock that stands still between calls, and the same loops as always, driven by hand: time goes from one due
/// instant
/// to the next, and at each of them everything runs until nothing is due.
final class VirtualTime {
    private static final String SETTING = "virtual_clock";

    private final Database database;
    private final ServerClock.Virtual clock;
    private final Engine engine;
    private final SettingStore settings = new SettingStore();

    VirtualTime(Database database, ServerClock.Virtual clock, Engine engine) {
        this.database = database;
        this.clock = clock;
        this.engine = engine;
    }

    /// Where the clock of this database stopped last.
    static Optional<Instant> remembered(Database database) {
        return database.inTx(tx -> new SettingStore().find(tx, SETTING)).map(Instant::parse);
    }

    /// What an advance has led to.
    record Advanced(Instant now, long sent) {}

    /// Runs everything up to an instant, which is not before now.
    synchronized Advanced advance(Instant to) {
        long before = engine.accepted();
        engine.runUntilIdle(clock.instant());
        while (clock.instant().isBefore(to)) {
            var next = engine.nextAt().filter(at -> at.isBefore(to)).orElse(to);
            if (!next.isAfter(clock.instant())) {
                throw new IllegalStateException("due at " + next + " and not done at " + clock.instant());
            }
            set(next);
            engine.runUntilIdle(next);
        }
        return new Advanced(clock.instant(), engine.accepted() - before);
    }

    private void set(Instant moment) {
        var instant = moment.truncatedTo(ChronoUnit.MICROS);
        // Both or neither: a server that is killed in between must not look like one that was away.
        database.useTx(tx -> {
            settings.put(tx, SETTING, instant.toString());
            engine.goOn(tx, instant);
        });
        clock.set(instant);
    }
}
