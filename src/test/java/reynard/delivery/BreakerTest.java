package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BreakerTest {
    private static final Instant NOW = Instant.parse("2026-01-05T12:00:00Z");
    private final Breaker breaker = new Breaker(Duration.ofSeconds(15), Duration.ofSeconds(40));

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed("no", NOW);
        }
    }

    @Test
    void five_failures_in_a_row_trip_it_and_four_do_not() {
        fail(4);
        breaker.succeeded();
        fail(4);
        assertThat(breaker.passes(NOW)).isTrue();

        assertThat(breaker.failed("no", NOW)).isTrue();

        assertThat(breaker.passes(NOW)).isFalse();
        assertThat(breaker.tripped().orElseThrow().cause()).isEqualTo("no");
    }

    @Test
    void a_twentieth_of_a_hundred_trips_it_without_a_row() {
        for (int i = 0; i < 98; i++) {
            if (i % 20 == 0) {
                breaker.failed("no", NOW);
            } else {
                breaker.succeeded();
            }
        }
        assertThat(breaker.passes(NOW)).isTrue();

        breaker.succeeded();
        breaker.failed("no", NOW);

        assertThat(breaker.passes(NOW)).isFalse();
    }

    @Test
    void one_try_passes_after_the_wait_and_each_that_fails_doubles_it_up_to_the_longest() {
        fail(5);
        var probe = NOW.plusSeconds(15);
        assertThat(breaker.passes(probe.minusMillis(1))).isFalse();
        assertThat(breaker.passes(probe)).isTrue();

        breaker.trying(probe);
        assertThat(breaker.passes(probe)).isFalse();
        breaker.failed("still no", probe);
        assertThat(breaker.passes(probe.plusSeconds(29))).isFalse();
        assertThat(breaker.passes(probe.plusSeconds(30))).isTrue();

        breaker.trying(probe.plusSeconds(30));
        breaker.failed("still no", probe.plusSeconds(30));
        assertThat(breaker.passes(probe.plusSeconds(70))).isTrue();
        assertThat(breaker.tripped().orElseThrow().since()).isEqualTo(NOW);
    }

    @Test
    void what_was_under_way_when_it_tripped_makes_the_wait_no_longer() {
        fail(5);
        fail(20);

        assertThat(breaker.passes(NOW.plusSeconds(15))).isTrue();
    }

    @Test
    void a_probe_of_which_nobody_hears_again_is_followed_by_another() {
        fail(5);
        breaker.trying(NOW.plusSeconds(15));

        assertThat(breaker.passes(NOW.plusSeconds(29))).isFalse();
        assertThat(breaker.passes(NOW.plusSeconds(30))).isTrue();
    }

    @Test
    void one_success_mends_it() {
        fail(5);

        assertThat(breaker.succeeded()).isTrue();

        assertThat(breaker.passes(NOW)).isTrue();
        assertThat(breaker.succeeded()).isFalse();
    }
}
