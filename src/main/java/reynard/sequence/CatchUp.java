package reynard.sequence;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of an email that could not go out when it was due: its sequence was paused, or no server ran. Whatever
/// it is, the delay of the next email counts from the moment that this one was done, so that nobody gets several at
/// once.
public sealed interface CatchUp {
    int HOURS_MAX = 8_760;
    List<String> NAMES = List.of("next_slot", "at_once", "spread", "skip_if_later_than");

    /// With a delay in days at the next send hour of an allowed day, with one in hours at once.
    record NextSlot() implements CatchUp {}

    record AtOnce() implements CatchUp {}

    /// Over the hours from when it can go out again, each reader at a moment of their own.
    record Spread(int count) implements CatchUp {
        public Spread {
            requireHours(count);
        }
    }

    /// At once, but skipped when it is later than these hours.
    record SkipIfLaterThan(int count) implements CatchUp {
        public SkipIfLaterThan {
            requireHours(count);
        }
    }

    private static void requireHours(int count) {
        if (count < 1 || count > HOURS_MAX) {
            throw new IllegalArgumentException("hours must be 1 to " + HOURS_MAX + ": " + count);
        }
    }

    static boolean takesHours(String wireName) {
        return wireName.equals("spread") || wireName.equals("skip_if_later_than");
    }

    /// @param hours not looked at where the name takes none
    static CatchUp of(String wireName, int hours) {
        return switch (wireName) {
            case "next_slot" -> new NextSlot();
            case "at_once" -> new AtOnce();
            case "spread" -> new Spread(hours);
            case "skip_if_later_than" -> new SkipIfLaterThan(hours);
            default -> throw new IllegalArgumentException("no such way to catch up: " + wireName);
        };
    }

    default String wireName() {
        return switch (this) {
            case NextSlot _ -> "next_slot";
            case AtOnce _ -> "at_once";
            case Spread _ -> "spread";
            case SkipIfLaterThan _ -> "skip_if_later_than";
        };
    }

    /// Null where there are none.
    default @Nullable Integer hours() {
        return switch (this) {
            case NextSlot _, AtOnce _ -> null;
            case Spread(int count) -> count;
            case SkipIfLaterThan(int count) -> count;
        };
    }

    /// How late an email may be sent at all, in hours.
    default Optional<Integer> latestHours() {
        return this instanceof SkipIfLaterThan(int count) ? Optional.of(count) : Optional.empty();
    }
}
