package reynard.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Stops what fails again and again, and tries one now and then until it goes again.
///
/// Trips after five failures in a row, or when a twentieth of at least a hundred tries has failed. Then one try passes
/// after a wait, and after each that fails another after twice the wait, up to a longest one. Used by one thread at a
/// time.
final class Breaker {
    private static final int IN_A_ROW_MAX = 5;
    private static final int TRIES_MIN = 100;
    private static final int FAILED_ONE_IN = 20;

    private final Duration waitFirst;
    private final Duration waitLongest;
    private int inARow;
    private int tries;
    private int failed;
    private @Nullable Tripped tripped;

    /// @param probeAt when the next try passes
    /// @param pause from one try to the next
    /// @param cause what the last failure was
    record Tripped(Instant since, Instant probeAt, Duration pause, boolean probing, String cause) {}

    Breaker(Duration waitFirst, Duration waitLongest) {
        this.waitFirst = waitFirst;
        this.waitLongest = waitLongest;
    }

    Optional<Tripped> tripped() {
        return Optional.ofNullable(tripped);
    }

    boolean passes(Instant now) {
        return tripped == null || !now.isBefore(tripped.probeAt());
    }

    /// A try begins that passes. While tripped, no other does before this one has had the time to end.
    void trying(Instant now) {
        if (tripped != null) {
            tripped = new Tripped(tripped.since(), now.plus(tripped.pause()), tripped.pause(), true, tripped.cause());
        }
    }

    /// @return whether it had tripped
    boolean succeeded() {
        boolean mended = tripped != null;
        inARow = 0;
        tries = mended || tries >= TRIES_MIN ? 0 : tries + 1;
        failed = tries == 0 ? 0 : failed;
        tripped = null;
        return mended;
    }

    /// @return whether it trips by this one
    boolean failed(String cause, Instant now) {
        if (tripped != null) {
            // What was under way when it tripped fails as well, and says nothing about how long to wait.
            if (tripped.probing()) {
                var twice = tripped.pause().multipliedBy(2);
                var wait = twice.compareTo(waitLongest) > 0 ? waitLongest : twice;
                tripped = new Tripped(tripped.since(), now.plus(wait), wait, false, cause);
            }
            return false;
        }
        inARow++;
        tries++;
        failed++;
        boolean trips = inARow >= IN_A_ROW_MAX || (tries >= TRIES_MIN && failed * FAILED_ONE_IN >= tries);
        if (trips) {
            inARow = 0;
            tries = 0;
            failed = 0;
            tripped = new Tripped(now, now.plus(waitFirst), waitFirst, false, cause);
        }
        return trips;
    }
}
