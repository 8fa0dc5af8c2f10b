package reynard.delivery;

import java.time.Duration;
import java.util.Optional;

/// What of an account is due, and how fast such goes out.
///
/// @param due how many emails, with those on their way
/// @param lastMinute how many have gone out in the last minute, by all servers
public record Backlog(long due, long lastMinute) {
    /// How long all of it takes at this pace; empty while nothing goes out.
    public Optional<Duration> lasts() {
        return lastMinute == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(Math.ceilDiv(due * 60, lastMinute)));
    }
}
