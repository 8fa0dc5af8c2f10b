package reynard.webhook;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/// What follows from an attempt (Kit: Retries).
final class Retries {
    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(4),
            Duration.ofHours(12),
            Duration.ofHours(24));
    static final int ATTEMPTS_MAX = PAUSES.size() + 1;
    private static final Duration ASKED_MIN = Duration.ofSeconds(1);
    private static final Duration ASKED_MAX = Duration.ofHours(24);

    private Retries() {}

    sealed interface Next {
        record Delivered() implements Next {}

        record Again(Instant at) implements Next {}

        record GivenUp() implements Next {}
    }

    /// @param attempts how many there were, the one just made counted too
    static Next after(int attempts, Answer answer, Instant now) {
        return switch (answer) {
            case Answer.Answered answered when answered.status() / 100 == 2 -> new Next.Delivered();
            case Answer.Answered answered when answered.status() == 410 -> new Next.GivenUp();
            case Answer.Refused _ -> new Next.GivenUp();
            case Answer.Answered _, Answer.Silent _ when attempts >= ATTEMPTS_MAX -> new Next.GivenUp();
            case Answer.Answered answered ->
                new Next.Again(now.plus(asked(answered, now).orElse(PAUSES.get(attempts - 1))));
            case Answer.Silent _ -> new Next.Again(now.plus(PAUSES.get(attempts - 1)));
        };
    }

    private static Optional<Duration> asked(Answer.Answered answered, Instant now) {
        if (answered.status() != 429 && answered.status() != 503) {
            return Optional.empty();
        }
        return answered.retryAfter().flatMap(text -> pause(text.strip(), now)).map(Retries::clamped);
    }

    /// Seconds or a date (RFC 9110).
    private static Optional<Duration> pause(String text, Instant now) {
        if (text.matches("[0-9]+")) {
            return Optional.of(text.length() > 9 ? ASKED_MAX : Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            return Optional.of(Duration.between(now, Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text))));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Duration clamped(Duration pause) {
        if (pause.compareTo(ASKED_MIN) < 0) {
            return ASKED_MIN;
        }
        return pause.compareTo(ASKED_MAX) > 0 ? ASKED_MAX : pause;
    }
}
