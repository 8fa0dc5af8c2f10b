package reynard.enrollment;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import reynard.db.SettingStore;
import reynard.db.Tx;

/// Remembers when people were last walked, and so when no server was there to do it. All nodes share one.
final class Heartbeat {
    private static final String WALKED_AT = "walked_at";
    private static final String OUTAGE = "outage";
    private static final Duration BETWEEN = Duration.ofMinutes(1);

    private final SettingStore settings = new SettingStore();

    /// Someone walks now.
    ///
    /// @return the last outage, which this may have ended
    Optional<Outage> beat(Tx tx, Instant now) {
        var walkedAt = walkedAt(tx);
        // A clock that was ahead and is right again shows less than what is remembered.
        if (walkedAt.isEmpty()
                || walkedAt.get().plus(BETWEEN).isBefore(now)
                || walkedAt.get().isAfter(now)) {
            settings.put(tx, WALKED_AT, now.toString());
        }
        if (walkedAt.filter(at -> at.plus(Outage.NOTICED).isBefore(now)).isPresent()) {
            settings.put(tx, OUTAGE, walkedAt.get() + "/" + now);
        }
        return outage(tx);
    }

    /// When people were last walked, to the minute.
    Optional<Instant> walkedAt(Tx tx) {
        return settings.find(tx, WALKED_AT).map(Instant::parse);
    }

    /// Time has gone on to this moment with a server there: what lies behind it is no outage.
    void goOn(Tx tx, Instant now) {
        settings.put(tx, WALKED_AT, now.toString());
    }

    Optional<Outage> outage(Tx tx) {
        return settings.find(tx, OUTAGE).map(text -> {
            int slash = text.indexOf('/');
            return new Outage(Instant.parse(text.substring(0, slash)), Instant.parse(text.substring(slash + 1)));
        });
    }
}
