package reynard.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BackoffTest {
    private static final Instant FIRST = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration FOUR_DAYS = Duration.ofDays(4);

    @Test
    void waits_grow_from_five_minutes_to_four_hours() {
        var waits = new ArrayList<Long>();
        for (var attempts = 1; attempts <= 8; attempts++) {
            waits.add(waited(attempts, 0.5).toMinutes());
        }

        assertThat(waits).containsExactly(5L, 15L, 30L, 60L, 120L, 240L, 240L, 240L);
    }

    @Test
    void chance_makes_a_wait_up_to_a_fifth_shorter_or_longer() {
        assertThat(waited(1, 0)).isEqualTo(Duration.ofMinutes(4));
        assertThat(waited(1, 1)).isEqualTo(Duration.ofMinutes(6));
        assertThat(waited(4, 0.25)).isEqualTo(Duration.ofMinutes(54));
    }

    @Test
    void no_try_is_later_than_the_time_given() {
        var hour = Duration.ofHours(1);

        assertThat(Backoff.next(3, FIRST, FIRST.plusSeconds(1_800), 0.5, hour)).contains(FIRST.plus(hour));
        assertThat(Backoff.next(3, FIRST, FIRST.plusSeconds(1_801), 0.5, hour)).isEmpty();
        assertThat(Backoff.next(1, FIRST, FIRST.plus(FOUR_DAYS), 0, FOUR_DAYS)).isEmpty();
    }

    @Test
    void four_days_hold_some_thirty_tries_and_end() {
        var tries = 1;
        var next = Backoff.next(tries, FIRST, FIRST, 0.5, FOUR_DAYS);
        while (next.isPresent()) {
            tries++;
            next = Backoff.next(tries, FIRST, next.get(), 0.5, FOUR_DAYS);
        }

        assertThat(tries).isEqualTo(29);
    }

    @Test
    void nonsense_is_refused() {
        assertThatThrownBy(() -> waited(0, 0.5)).hasMessage("attempts so far must be at least 1: 0");
        assertThatThrownBy(() -> waited(1, 1.5)).hasMessage("random number must be from 0 to 1: 1.5");
        assertThatThrownBy(() -> waited(1, Double.NaN)).hasMessage("random number must be from 0 to 1: NaN");
    }

    private static Duration waited(int attempts, double random) {
        return Duration.between(
                FIRST, Backoff.next(attempts, FIRST, FIRST, random, FOUR_DAYS).orElseThrow());
    }
}
