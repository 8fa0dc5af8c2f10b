package reynard.enrollment;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// All sending stands still, until the operator says what to do with the emails that are overdue.
///
/// @param lastSignAt when a server was last seen before it
/// @param overdue how many emails were overdue when it began, queued ones too; counted up to a limit
/// @param treatAsSentUntil the operator has answered: what was due until then counts as sent, and sending goes on when
///     that is written down
public record Standstill(
        Instant since, Cause cause, Optional<Instant> lastSignAt, long overdue, Optional<Instant> treatAsSentUntil) {
    public enum Cause {
        /// No server has run for long: asleep, or restored from a backup.
        ASLEEP,
        /// The database is in another PostgreSQL than before: restored from a backup, or moved.
        MOVED,
        /// The machine's clock has gone ahead of the time that really passed.
        CLOCK_JUMPED;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// For an operator.
    public String sentence() {
        var emails = overdue == 1 ? "1 email is overdue" : overdue + " emails are overdue";
        var sign = lastSignAt
                .map(at -> "The last sign of a server was at " + at + ", " + words(Duration.between(at, since))
                        + " before, and ")
                .orElse("");
        return switch (cause) {
            case ASLEEP -> sign + emails + ": the database was restored from a backup, or was long asleep.";
            case MOVED ->
                "The database is in another PostgreSQL than before. " + sign + emails
                        + ": it was restored from a backup, or moved.";
            case CLOCK_JUMPED -> "The machine's clock has jumped ahead to " + since + "; " + emails + " by it.";
        };
    }

    private static String words(Duration duration) {
        return duration.toHours() < 48 ? duration.toHours() + " h" : duration.toDays() + " days";
    }
}
