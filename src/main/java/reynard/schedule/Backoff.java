package reynard.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// When something that failed for now is tried again.
///
/// After 5, 15, 30 and 60 minutes, then 2 hours, then every 4: two tries in the first hour and then every few hours,
/// as RFC 5321, 4.5.4.1 advises. Each wait is up to a fifth shorter or longer, so that what failed together does not
/// come back together.
public final class Backoff {
    private static final int[] MINUTES = {5, 15, 30, 60, 120, 240};
    private static final double JITTER = 0.2;

    private Backoff() {}

    /// The next try, or nothing when it would come later than `giveUpAfter` counted from the first: then
    /// give up.
    ///
    /// @param attemptsSoFar tries made, at least 1
    /// @param now when the last of them failed; the wait counts from here
    /// @param random01 from 0 to 1, anew for each call
    public static Optional<Instant> next(
            int attemptsSoFar, Instant firstTriedAt, Instant now, double random01, Duration giveUpAfter) {
        if (attemptsSoFar < 1) {
            throw new IllegalArgumentException("attempts so far must be at least 1: " + attemptsSoFar);
        }
        if (!(random01 >= 0 && random01 <= 1)) {
            throw new IllegalArgumentException("random number must be from 0 to 1: " + random01);
        }
        var minutes = MINUTES[Math.min(attemptsSoFar, MINUTES.length) - 1];
        var factor = 1 + JITTER * (2 * random01 - 1);
        var next = now.plusMillis(Math.round(minutes * 60_000L * factor));
        return next.isAfter(firstTriedAt.plus(giveUpAfter)) ? Optional.empty() : Optional.of(next);
    }
}
