package reynard.template.liquid;

import java.time.Duration;
import java.util.function.LongSupplier;

/// What rendering may use up: steps, characters of output, and time.
///
/// A step is one turn of a loop (also of an empty one), one tag, output or piece of text that is rendered, one filter,
/// one element of a list that is made, or 16 characters of text that is made or read on the way. The time is what
/// passes inside [Template#render] only. Several templates rendered one after the other with the same budget share it.
/// Not for two threads at once.
public final class Budget {
    /// Steps of one budget unless told otherwise.
    public static final int STEPS_MAX = 1_000_000;
    /// Characters of output of one budget unless told otherwise; also the longest text made on the way.
    public static final int OUTPUT_CHARS_MAX = 1_000_000;
    /// Time inside [Template#render] of one budget unless told otherwise.
    public static final Duration TIME_MAX = Duration.ofMillis(250);

    private static final int STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 256;

    private final int stepsMax;
    private final int outputCharsMax;
    private final long nanosMax;
    private final LongSupplier nanos;

    private long steps;
    private long nextLook;
    private long startedAt;
    private long nanosSpent;
    private int outputChars;

    /// A budget with the usual limits.
    public Budget() {
        this(STEPS_MAX, OUTPUT_CHARS_MAX, TIME_MAX, System::nanoTime);
    }

    /// A budget with limits of its own.
    ///
    /// @param nanos a clock that only moves forward, in nanoseconds from any origin
    public Budget(int stepsMax, int outputCharsMax, Duration timeMax, LongSupplier nanos) {
        this.stepsMax = stepsMax;
        this.outputCharsMax = outputCharsMax;
        this.nanosMax = timeMax.toNanos();
        this.nanos = nanos;
    }

    void start() {
        startedAt = nanos.getAsLong();
    }

    void stop(int written) {
        nanosSpent += nanos.getAsLong() - startedAt;
        outputChars += written;
    }

    int outputCharsLeft() {
        return outputCharsMax - outputChars;
    }

    int textCharsMax() {
        return outputCharsMax;
    }

    void step() {
        if (++steps >= nextLook) {
            look();
        }
    }

    void steps(long count) {
        steps += count;
        if (steps >= nextLook) {
            look();
        }
    }

    /// Pays for a text of this length that a filter or a capture makes or reads.
    void text(long length) {
        if (length > outputCharsMax) {
            throw new Failure("text is longer than " + outputCharsMax + " characters");
        }
        steps(length >> 4);
    }

    private void look() {
        if (steps > stepsMax) {
            throw new Failure("template takes more than " + stepsMax + " steps");
        }
        if (nanosSpent + nanos.getAsLong() - startedAt > nanosMax) {
            throw new Failure("template takes longer than " + nanosMax / 1_000_000 + " ms");
        }
        nextLook = Math.min(steps + STEPS_BETWEEN_LOOKS_AT_THE_CLOCK, stepsMax + 1L);
    }
}
