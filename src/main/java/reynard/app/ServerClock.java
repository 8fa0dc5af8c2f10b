package reynard.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;

/// The one clock of a server, to the microsecond, which is what PostgreSQL keeps.
sealed interface ServerClock extends InstantSource {
    static ServerClock system() {
        return new System(InstantSource.system());
    }

    /// Stands still until it is told to go on.
    static Virtual virtual(Instant start) {
        return new Virtual(new AtomicReference<>(start.truncatedTo(ChronoUnit.MICROS)));
    }

    record System(InstantSource source) implements ServerClock {
        @Override
        public Instant instant() {
            return source.instant().truncatedTo(ChronoUnit.MICROS);
        }
    }

    record Virtual(AtomicReference<Instant> hands) implements ServerClock {
        /// No plan reaches further; years beyond are typing errors.
        static final Duration ADVANCE_MAX = Duration.ofDays(36_525);

        @Override
        public Instant instant() {
            return hands.get();
        }

        void set(Instant instant) {
            hands.set(instant.truncatedTo(ChronoUnit.MICROS));
        }
    }
}
