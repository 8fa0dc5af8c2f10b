package reynard.app;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ClockWatchTest {
    private static final Instant NOON = Instant.parse("2026-01-05T12:00:00Z");

    private final AtomicReference<Duration> elapsed = new AtomicReference<>(Duration.ZERO);
    private final ClockWatch watch = new ClockWatch(NOON, elapsed::get);

    private Optional<Duration> look(Instant wall, Duration real) {
        elapsed.set(real);
        return watch.jump(wall);
    }

    @Test
    void time_that_really_passes_is_no_jump_however_long_it_is() {
        assertThat(look(NOON.plusSeconds(1), ofSeconds(1))).isEmpty();
        assertThat(look(NOON.plus(ofHours(50)), ofHours(50))).isEmpty();
    }

    @Test
    void a_clock_that_goes_ahead_by_more_than_a_minute_has_jumped_and_so_has_one_that_goes_back() {
        assertThat(look(NOON.plusSeconds(61), ofSeconds(1))).isEmpty();
        assertThat(look(NOON.plusSeconds(123), ofSeconds(2))).contains(ofSeconds(61));
        assertThat(look(NOON.plusSeconds(124), ofSeconds(3))).isEmpty();
        assertThat(look(NOON.plusSeconds(4), ofSeconds(4))).contains(ofSeconds(-121));
    }

    @Test
    void a_clock_that_is_put_right_little_by_little_has_not_jumped() {
        for (int i = 1; i <= 1_000; i++) {
            assertThat(look(NOON.plusSeconds(2L * i), ofSeconds(i))).isEmpty();
        }
    }
}
