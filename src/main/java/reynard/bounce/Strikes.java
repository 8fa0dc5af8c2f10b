package reynard.bounce;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/// When what does not prove anything by itself proves enough together.
final class Strikes {
    private static final int SOFT_MIN = 5;
    private static final Duration SOFT_OVER = Duration.ofDays(15);

    private Strikes() {}

    /// Refused without a reason that we know, on two different days.
    static boolean isSecond(List<Instant> refusals) {
        return refusals.stream()
                        .map(at -> LocalDate.ofInstant(at, ZoneOffset.UTC))
                        .distinct()
                        .count()
                >= 2;
    }

    /// Full or away five times in a row, over at least 15 days.
    ///
    /// @param bounces since the last email that arrived, oldest first
    static boolean isForGood(List<Instant> bounces) {
        return bounces.size() >= SOFT_MIN
                && Duration.between(bounces.getFirst(), bounces.getLast()).compareTo(SOFT_OVER) >= 0;
    }
}
