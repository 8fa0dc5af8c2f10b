package reynard.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.webhook.Retries.Next;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetriesTest {
    private static final Instant NOW = Instant.parse("2026-01-05T12:00:00Z");

    private static Answer status(int status) {
        return new Answer.Answered(status, Optional.empty(), "");
    }

    @ParameterizedTest
    @CsvSource({"1, PT30S", "2, PT2M", "3, PT15M", "4, PT1H", "5, PT4H", "6, PT12H", "7, PT24H"})
    void each_failure_is_followed_by_a_longer_pause(int attempts, Duration pause) {
        assertThat(Retries.after(attempts, status(500), NOW)).isEqualTo(new Next.Again(NOW.plus(pause)));
        assertThat(Retries.after(attempts, new Answer.Silent("x"), NOW)).isEqualTo(new Next.Again(NOW.plus(pause)));
        assertThat(Retries.after(attempts, status(301), NOW)).isEqualTo(new Next.Again(NOW.plus(pause)));
    }

    @Test
    void the_eighth_failure_is_the_last() {
        assertThat(Retries.after(8, status(500), NOW)).isEqualTo(new Next.GivenUp());
        assertThat(Retries.after(8, new Answer.Silent("x"), NOW)).isEqualTo(new Next.GivenUp());
        assertThat(Retries.after(8, new Answer.Answered(429, Optional.of("5"), ""), NOW))
                .isEqualTo(new Next.GivenUp());
        assertThat(Retries.after(8, status(204), NOW)).isEqualTo(new Next.Delivered());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void every_2xx_is_success(int status) {
        assertThat(Retries.after(1, status(status), NOW)).isEqualTo(new Next.Delivered());
    }

    @Test
    void gone_and_out_of_reach_end_at_once() {
        assertThat(Retries.after(1, status(410), NOW)).isEqualTo(new Next.GivenUp());
        assertThat(Retries.after(1, new Answer.Refused("x"), NOW)).isEqualTo(new Next.GivenUp());
    }

    @ParameterizedTest
    @CsvSource({
        "429, 7, PT7S",
        "503, 7, PT7S",
        "429, 0, PT1S",
        "429, 86401, PT24H",
        "429, 99999999999999999999, PT24H",
        "503, 'Mon, 05 Jan 2026 12:05:00 GMT', PT5M",
        "503, 'Mon, 05 Jan 2026 11:05:00 GMT', PT1S",
        "503, 'Mon, 12 Jan 2026 12:05:00 GMT', PT24H",
        "429, soon, PT30S",
        "429, -5, PT30S",
        "500, 7, PT30S"
    })
    void a_receiver_may_say_when(int status, String retryAfter, Duration pause) {
        var answer = new Answer.Answered(status, Optional.of(retryAfter), "");
        assertThat(Retries.after(1, answer, NOW)).isEqualTo(new Next.Again(NOW.plus(pause)));
    }
}
