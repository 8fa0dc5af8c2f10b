package reynard.enrollment;

import java.time.Duration;
import java.time.Instant;

/// A time in which no server walked anybody.
///
/// @param from when one was last seen
/// @param until when one was seen again
public record Outage(Instant from, Instant until) {
    /// What is later than this was not only busy.
    public static final Duration NOTICED = Duration.ofMinutes(15);

    /// Whether an email fell due in it and is noticeably late.
    boolean missed(Instant dueAt, Instant now) {
        return dueAt.isAfter(from)
                && dueAt.isBefore(until)
                && dueAt.plus(NOTICED).isBefore(now);
    }
}
