package reynard.schedule;

/// How long an email waits for its anchor: the entry into the sequence, or the email before it.
public sealed interface Delay {

    /// At once; Kit's "0 days", which only the first email of a sequence may have.
    record Immediate() implements Delay {}

    /// Exact hours of 3,600 seconds, whatever the clocks do; send days and send hour do not apply.
    ///
    /// @param count 1 to 87,600
    record Hours(int count) implements Delay {
        public static final int MAX = 87_600;

        public Hours {
            requireWithin("hours", count, MAX);
        }
    }

    /// Calendar days in the window's zone, then forward to an allowed day, at the send hour.
    ///
    /// @param count 1 to 3,650
    record Days(int count) implements Delay {
        public static final int MAX = 3_650;

        public Days {
            requireWithin("days", count, MAX);
        }
    }

    private static void requireWithin(String unit, int count, int max) {
        if (count < 1) {
            throw new IllegalArgumentException(unit + " must be at least 1: " + count);
        }
        if (count > max) {
            throw new IllegalArgumentException(unit + " must be at most " + max + ": " + count);
        }
    }
}
