package reynard.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// The one clock of a server, to the microsecond, which is what PostgreSQL keeps.
sealed interface ServerClock extends InstantSource {
    /// The machine's.
    record Real(InstantSource source) implements ServerClock {
        @Override
        public Instant instant() {
            return source.instant().truncatedTo(ChronoUnit.MICROS);
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

        void set(Instant instant) {
            now = instant.truncatedTo(ChronoUnit.MICROS);
        }
    }
}
