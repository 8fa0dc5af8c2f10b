package reynard.feedback;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/// What the ways to sign have in common.
final class Signed {
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private Signed() {}

    /// Whether a time in seconds is close enough to now.
    static boolean isFresh(String seconds, Instant now) {
        if (!seconds.matches("[0-9]{1,12}")) {
            return false;
        }
        try {
            var at = Instant.ofEpochSecond(Long.parseLong(seconds));
            return Duration.between(at, now).abs().compareTo(WINDOW) <= 0;
        } catch (DateTimeException e) {
            return false;
        }
    }

    /// Without telling by its time how much of it is right.
    static boolean isSame(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
