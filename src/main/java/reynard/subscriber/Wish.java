package reynard.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Fewer emails than are planned for a reader, as they themselves want it. Nobody else sets it.
public sealed interface Wish {
    /// What a pause lasts.
    Duration PAUSE = Duration.ofDays(30);

    /// Between two emails to somebody who wants one a week.
    Duration WEEK = Duration.ofDays(7);

    /// At most one email in seven days, of whatever sequence it is.
    record Weekly() implements Wish {}

    /// None before the instant; then as planned again.
    record Pause(Instant until) implements Wish {}

    /// The moment before which this reader gets nothing; empty when they may get an email at once.
    ///
    /// @param lastEmailAt when the last one went to them
    default Optional<Instant> restsUntil(Optional<Instant> lastEmailAt) {
        return switch (this) {
            case Weekly _ -> lastEmailAt.map(at -> at.plus(WEEK));
            case Pause(var until) -> Optional.of(until);
        };
    }
}
