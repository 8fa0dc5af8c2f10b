package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.Destinations.Round;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DestinationsTest {
    private static final Instant NOW = Instant.parse("2026-01-05T12:00:00Z");
    private static final Duration QUICK = Duration.ofMillis(20);

    private static Destinations impatient(int most) {
        return new Destinations(most, Optional.empty(), Duration.ZERO);
    }

    private static int fill(Destinations destinations, String domain) {
        int entered = 0;
        while (destinations.enter(domain, false, NOW).isEmpty()) {
            entered++;
        }
        return entered;
    }

    private static void leave(Destinations destinations, String domain, int times, Round round, Duration took) {
        for (int i = 0; i < times; i++) {
            destinations.left(domain, round, took, NOW);
        }
    }

    @Test
    void a_domain_begins_with_a_quarter_of_the_connections_and_doubles_with_each_clean_round() {
        var destinations = impatient(16);
        assertThat(fill(destinations, "a.example")).isEqualTo(4);

        leave(destinations, "a.example", 4, Round.WELL, QUICK);
        assertThat(fill(destinations, "a.example")).isEqualTo(8);

        leave(destinations, "a.example", 8, Round.WELL, QUICK);
        assertThat(destinations.limit("a.example")).isEqualTo(16);
    }

    @Test
    void after_trouble_it_grows_by_one_with_each_clean_round() {
        var destinations = impatient(16);
        fill(destinations, "a.example");
        leave(destinations, "a.example", 1, Round.TOO_MUCH, QUICK);
        assertThat(destinations.limit("a.example")).isEqualTo(2);

        leave(destinations, "a.example", 2, Round.WELL, QUICK);
        assertThat(destinations.limit("a.example")).isEqualTo(3);
        leave(destinations, "a.example", 1, Round.WELL, QUICK);
        assertThat(destinations.limit("a.example")).isEqualTo(3);
    }

    @Test
    void a_domain_that_asks_for_less_gets_half_and_others_as_much_as_before() {
        var destinations = impatient(16);
        fill(destinations, "a.example");

        leave(destinations, "a.example", 1, Round.TOO_MUCH, QUICK);

        assertThat(destinations.limit("a.example")).isEqualTo(2);
        assertThat(destinations.limit("b.example")).isEqualTo(4);
    }

    @Test
    void a_domain_that_asks_for_less_than_one_pauses_and_each_time_longer() {
        var destinations = impatient(4);
        assertThat(destinations.enter("a.example", false, NOW)).isEmpty();
        leave(destinations, "a.example", 1, Round.TOO_MUCH, QUICK);
        assertThat(destinations.enter("a.example", false, NOW)).isEmpty();
        leave(destinations, "a.example", 1, Round.TOO_MUCH, QUICK);

        assertThat(destinations.enter("a.example", false, NOW).orElseThrow()).isAfterOrEqualTo(NOW.plusSeconds(30));
        assertThat(destinations.enter("a.example", false, NOW.plusSeconds(30))).isEmpty();
        destinations.left("a.example", Round.TOO_MUCH, QUICK, NOW.plusSeconds(30));
        assertThat(destinations.enter("a.example", false, NOW.plusSeconds(89))).isPresent();
    }

    @Test
    void a_domain_that_is_far_slower_than_others_comes_down_to_one_and_the_others_keep_theirs() {
        var destinations = impatient(40);
        fill(destinations, "quick.example");
        leave(destinations, "quick.example", 10, Round.WELL, QUICK);
        fill(destinations, "slow.example");

        leave(destinations, "slow.example", 10, Round.WELL, Duration.ofSeconds(14));

        assertThat(destinations.limit("slow.example")).isOne();
        assertThat(destinations.limit("quick.example")).isEqualTo(20);
    }

    @Test
    void a_relay_that_is_slow_with_all_is_no_domains_fault() {
        var destinations = impatient(8);

        for (int i = 0; i < 100; i++) {
            assertThat(destinations.enter("a.example", false, NOW)).isEmpty();
            leave(destinations, "a.example", 1, Round.WELL, Duration.ofSeconds(20));
        }

        assertThat(destinations.limit("a.example")).isEqualTo(8);
    }

    @Test
    void those_that_find_no_place_are_told_to_come_back_one_behind_the_other() {
        var destinations = impatient(8);
        assertThat(destinations.enter("a.example", false, NOW)).isEmpty();
        leave(destinations, "a.example", 1, Round.WELL, Duration.ofSeconds(4));
        fill(destinations, "a.example");

        var last = NOW;
        for (int i = 0; i < 10; i++) {
            var next = destinations.enter("a.example", false, NOW).orElseThrow();
            assertThat(next).isAfterOrEqualTo(last);
            last = next;
        }
        assertThat(last).isAfter(NOW.plusSeconds(12));
    }

    @Test
    void who_waits_for_a_place_gets_the_next_one_that_is_free() throws Exception {
        var destinations = new Destinations(1, Optional.empty(), Duration.ofSeconds(30));
        destinations.enter("a.example", false, NOW);
        var second = CompletableFuture.supplyAsync(() -> destinations.enter("a.example", false, NOW));

        while (!second.isDone()) {
            if (destinations.waiting("a.example") == 1) {
                destinations.left("a.example", Round.WELL, QUICK, NOW);
            }
            Thread.onSpinWait();
        }

        assertThat(second.get()).isEmpty();
    }

    @Test
    void where_even_the_fastest_domain_is_slow_an_email_waits_longer_before_it_goes_back() {
        var patience = Duration.ofMillis(20);
        var destinations = new Destinations(1, Optional.empty(), patience);
        for (int i = 0; i < 3; i++) {
            destinations.enter("a.example", false, NOW);
            destinations.left("a.example", Round.WELL, Duration.ofSeconds(4), NOW);
        }
        destinations.enter("a.example", false, NOW);

        long began = System.nanoTime();
        assertThat(destinations.enter("a.example", false, NOW)).isPresent();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(patience.multipliedBy(40));
    }

    @Test
    void what_somebody_waits_for_goes_before_all_others() {
        var destinations = impatient(8);
        fill(destinations, "a.example");

        assertThat(destinations.enter("a.example", true, NOW)).isEmpty();
    }

    @Test
    void a_rate_holds_for_each_domain_by_itself() {
        var destinations = new Destinations(100, Optional.of(60), Duration.ZERO);

        assertThat(destinations.enter("a.example", false, NOW)).isEmpty();
        assertThat(destinations.enter("a.example", false, NOW)).isPresent();
        assertThat(destinations.enter("b.example", false, NOW)).isEmpty();
        assertThat(destinations.enter("a.example", false, NOW.plusSeconds(1))).isEmpty();
    }

    /// A receiver that allows three connections and sixty messages a minute, for an hour.
    @Test
    void a_strict_receiver_is_found_out_within_five_minutes_and_never_pressed_again() {
        var destinations = impatient(32);
        var busy = new ArrayDeque<Instant>();
        var accepted = new ArrayDeque<Instant>();
        int most = 0;
        int taken = 0;
        for (var now = NOW; now.isBefore(NOW.plus(Duration.ofHours(1))); now = now.plusMillis(250)) {
            while (!busy.isEmpty() && !busy.getFirst().plusSeconds(1).isAfter(now)) {
                busy.removeFirst();
                destinations.left("strict.example", Round.WELL, Duration.ofSeconds(1), now);
            }
            for (int tries = 0; tries < 40; tries++) {
                if (destinations.enter("strict.example", false, now).isPresent()) {
                    break;
                }
                var minuteAgo = now.minusSeconds(60);
                accepted.removeIf(at -> at.isBefore(minuteAgo));
                if (busy.size() >= 3 || accepted.size() >= 60) {
                    destinations.left("strict.example", Round.TOO_MUCH, QUICK, now);
                    if (now.isAfter(NOW.plusSeconds(300))) {
                        most = Math.max(most, busy.size() + 1);
                    }
                } else {
                    busy.addLast(now);
                    accepted.addLast(now);
                    taken++;
                }
            }
        }
        assertThat(most).isLessThanOrEqualTo(4);
        assertThat(taken).isGreaterThan(1_000);
    }
}
