package reynard.enrollment;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import reynard.id.SequenceEmailId;

/// Where the people of one sequence stand, counted.
///
/// @param before how many stand before each email: it is their next one, dated or not
/// @param pending not confirmed yet
/// @param inside those who may still get something: waiting, being mailed, or standing still
/// @param nextAt when the first of those who wait is due
public record Census(
        Map<SequenceEmailId, Long> before,
        long pending,
        long inside,
        long completed,
        long cancelled,
        long removed,
        Optional<Instant> nextAt) {
    public static final Census NONE = new Census(Map.of(), 0, 0, 0, 0, 0, Optional.empty());

    public Census {
        before = Map.copyOf(before);
    }
}
