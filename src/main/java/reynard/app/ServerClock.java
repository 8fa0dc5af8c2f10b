package reynard.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// The one clock of a server, to the microsecond, which is what PostgreSQL keeps.
sealed interface ServerClock extends InstantSource {
    /// How long what was read from the database may be taken for present.
    Duration answersLast();

    /// The machine's.
    record Real(InstantSource source) implements ServerClock {
        @Override
        public Instant instant() {
            return source.instant().truncatedTo(ChronoUnit.MICROS);
        }

        @Override
        public Duration answersLast() {
            return Duration.ofSeconds(1);
        }
    }

    /// Stands still until it is set.
    final class Virtual implements ServerClock {
        /// No plan reaches further; years beyond are typing errors.
        static final Duration ADVANCE_MAX = Duration.ofDays(36_525);

        private volatile Instant now;

        Virtual(Instant start) {
            this.now = start.truncatedTo(ChronoUnit.MICROS);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public Duration answersLast() {
            return Duration.ZERO;
        }

        void set(Instant instant) {
            now = instant.truncatedTo(ChronoUnit.MICROS);
        }
    }
}
