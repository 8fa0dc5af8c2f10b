package reynard.access;

import java.time.Duration;
import java.time.Instant;

/// So many, within so long a time that goes with the clock.
///
/// The time is counted in slots, a sixtieth of it but at least a second. What was done in a slot counts until the whole
/// of it is out of sight, so never more than `times` come within any `within`.
public record Ration(int times, Duration within) {
    private static final int SLOTS = 60;

    public Ration {
        if (times < 1 || within.toSeconds() < SLOTS) {
            throw new IllegalArgumentException(times + " within " + within);
        }
    }

    long slot(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), slotSeconds());
    }

    /// The oldest slot that still counts at this moment.
    long oldest(Instant now) {
        return slot(now) - SLOTS;
    }

    /// When a slot no longer counts.
    Instant forgottenAt(long slot) {
        return Instant.ofEpochSecond((slot + SLOTS + 1) * slotSeconds());
    }

    private long slotSeconds() {
        return within.toSeconds() / SLOTS;
    }
}
