package reynard.delivery;

import java.time.Duration;
import java.time.Instant;

/// So many in a minute, spread over it: up to a second's worth at once. Used by one thread at a time.
final class Pace {
    private final Duration interval;
    private final Duration burst;
    /// When the next one would go if each kept its interval.
    private Instant next = Instant.EPOCH;

    Pace(int perMinute) {
        this.interval = Duration.ofMinutes(1).dividedBy(perMinute);
        this.burst = interval.multipliedBy(Math.max(0, perMinute / 60 - 1));
    }

    /// How many may go now.
    int room(Instant now) {
        var ahead = Duration.between(earliest(now), now);
        return ahead.isNegative() ? 0 : Math.toIntExact(ahead.dividedBy(interval)) + 1;
    }

    /// When one may go.
    Instant at(Instant now) {
        var at = earliest(now);
        return at.isBefore(now) ? now : at;
    }

    void take(Instant now) {
        next = earliest(now).plus(interval);
    }

    private Instant earliest(Instant now) {
        var oldest = now.minus(burst);
        return next.isBefore(oldest) ? oldest : next;
    }
}
