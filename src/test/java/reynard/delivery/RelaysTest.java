package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.Relays.Choice;
import reynard.delivery.smtp.Relay;
import reynard.delivery.smtp.SendOutcome;
import reynard.delivery.smtp.Stage;
import reynard.id.DeliveryId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RelaysTest {
    private static final Instant NOW = Instant.parse("2026-01-05T12:00:00Z");
    private static final String FROM = "example.com";
    private static final Relay LARGE = Relay.parse("smtp://large.example.net?weight=3");
    private static final Relay SMALL = Relay.parse("smtp://small.example.net");
    private static final SendOutcome GONE = new SendOutcome.Broken(Stage.CONNECT, "connection refused");

    private static Choice choose(Relays relays, long delivery) {
        var choice = relays.choose(new DeliveryId(delivery), FROM, NOW);
        if (choice instanceof Choice.Chosen(var relay)) {
            relays.left(relay, Duration.ofMillis(10));
        }
        return choice;
    }

    private static void trip(Relays relays, Relay relay) {
        IntStream.range(0, 5).forEach(_ -> relays.ended(relay, FROM, GONE, NOW));
    }

    @Test
    void weights_share_the_mail_and_an_email_keeps_its_relay() {
        var relays = new Relays(List.of(LARGE, SMALL));
        var shares = new HashMap<Choice, Integer>();

        for (long delivery = 1; delivery <= 4_000; delivery++) {
            var choice = choose(relays, delivery);
            assertThat(choose(relays, delivery)).isEqualTo(choice);
            shares.merge(choice, 1, Integer::sum);
        }

        assertThat(shares.get(new Choice.Chosen(LARGE))).isBetween(2_850, 3_150);
        assertThat(shares.get(new Choice.Chosen(SMALL))).isBetween(850, 1_150);
    }

    @Test
    void a_relay_that_names_from_domains_gets_their_mail_and_no_other() {
        var own = Relay.parse("smtp://own.example.net?from=shop.example,example.com");
        var relays = new Relays(List.of(own, SMALL));

        assertThat(relays.choose(new DeliveryId(1), "example.com", NOW)).isEqualTo(new Choice.Chosen(own));
        assertThat(relays.choose(new DeliveryId(2), "news.shop.example", NOW)).isEqualTo(new Choice.Chosen(own));
        assertThat(relays.choose(new DeliveryId(3), "otherexample.com", NOW)).isEqualTo(new Choice.Chosen(SMALL));
        assertThat(new Relays(List.of(own)).choose(new DeliveryId(3), "other.example", NOW))
                .isEqualTo(new Choice.Nowhere());
    }

    @Test
    void what_was_for_a_relay_that_is_down_goes_to_another_and_the_rest_stays() {
        var relays = new Relays(List.of(LARGE, SMALL));
        trip(relays, LARGE);

        for (long delivery = 1; delivery <= 50; delivery++) {
            assertThat(choose(relays, delivery)).isEqualTo(new Choice.Chosen(SMALL));
        }

        assertThat(relays.isDown(LARGE)).isTrue();
        assertThat(relays.conditions().getFirst().down().orElseThrow().cause()).isEqualTo("connection refused");
    }

    @Test
    void with_the_only_relay_down_all_wait_for_its_probe_and_one_email_is_the_probe() {
        var relays = new Relays(List.of(SMALL));
        trip(relays, SMALL);
        var probeAt = NOW.plusSeconds(15);

        assertThat(choose(relays, 1)).isEqualTo(new Choice.Wait(probeAt));
        assertThat(relays.room(NOW)).isZero();
        assertThat(relays.roomAt(NOW)).isEqualTo(probeAt);
        assertThat(relays.room(probeAt)).isOne();
        assertThat(relays.choose(new DeliveryId(1), FROM, probeAt)).isEqualTo(new Choice.Chosen(SMALL));
        assertThat(relays.isDown(SMALL)).isFalse();
        assertThat(relays.choose(new DeliveryId(2), FROM, probeAt)).isEqualTo(new Choice.Wait(probeAt.plusSeconds(15)));

        relays.ended(SMALL, FROM, new SendOutcome.Accepted(reply(250, "2.0.0 ok")), probeAt);
        assertThat(relays.room(probeAt)).isEqualTo(Integer.MAX_VALUE);
        assertThat(relays.conditions().getFirst().down()).isEmpty();
    }

    @Test
    void a_relay_that_is_slow_holds_its_share_of_what_is_claimed_and_no_more() {
        var slow = Relay.parse("smtp://slow.example.net?connections=2&from=example.com");
        var relays = new Relays(List.of(slow, SMALL));
        for (int i = 0; i < 8; i++) {
            assertThat(relays.choose(new DeliveryId(i), FROM, NOW)).isEqualTo(new Choice.Chosen(slow));
        }

        assertThat(relays.choose(new DeliveryId(8), FROM, NOW)).isEqualTo(new Choice.Wait(NOW.plusSeconds(1)));
        assertThat(relays.choose(new DeliveryId(9), "other.example", NOW)).isEqualTo(new Choice.Chosen(SMALL));
        assertThat(relays.worthClaiming()).hasValue(16);

        relays.left(slow, Duration.ofSeconds(40));
        assertThat(relays.choose(new DeliveryId(10), FROM, NOW)).isEqualTo(new Choice.Chosen(slow));
        var first = ((Choice.Wait) relays.choose(new DeliveryId(11), FROM, NOW)).until();
        var second = ((Choice.Wait) relays.choose(new DeliveryId(12), FROM, NOW)).until();
        // 40 s count for a fifth, and eight go at a time.
        assertThat(Duration.between(first, second)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void what_finds_its_relay_full_goes_to_another_that_may_have_it() {
        var slow = Relay.parse("smtp://slow.example.net?connections=1&weight=1000");
        var relays = new Relays(List.of(slow, SMALL));
        var choices = IntStream.range(0, 20)
                .mapToObj(i -> relays.choose(new DeliveryId(i), FROM, NOW))
                .toList();

        assertThat(choices).filteredOn(new Choice.Chosen(slow)::equals).hasSize(4);
        assertThat(choices).filteredOn(new Choice.Chosen(SMALL)::equals).hasSize(16);
    }

    @Test
    void a_relay_alone_has_no_share() {
        var relays = new Relays(List.of(SMALL));
        for (int i = 0; i < 1_000; i++) {
            assertThat(relays.choose(new DeliveryId(i), FROM, NOW)).isEqualTo(new Choice.Chosen(SMALL));
        }
        assertThat(relays.worthClaiming()).isEmpty();
    }

    @Test
    void a_from_domain_that_is_refused_again_and_again_waits_and_others_do_not() {
        var relays = new Relays(List.of(SMALL));
        var refusal = new SendOutcome.Rejected(Stage.MAIL, reply(550, "5.7.26 unauthenticated"));
        IntStream.range(0, 5).forEach(_ -> relays.ended(SMALL, FROM, refusal, NOW));

        assertThat(choose(relays, 1)).isEqualTo(new Choice.Wait(NOW.plusSeconds(900)));
        assertThat(relays.choose(new DeliveryId(2), "shop.example", NOW)).isEqualTo(new Choice.Chosen(SMALL));
        assertThat(relays.conditions().getFirst().refused()).containsOnlyKeys(FROM);
        assertThat(relays.room(NOW)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void refusals_of_readers_trip_nothing() {
        var relays = new Relays(List.of(SMALL));
        var refusal = new SendOutcome.Rejected(Stage.RCPT, reply(550, "5.1.1 no such user"));

        IntStream.range(0, 500).forEach(_ -> relays.ended(SMALL, FROM, refusal, NOW));

        assertThat(choose(relays, 1)).isEqualTo(new Choice.Chosen(SMALL));
    }

    @Test
    void a_rate_lets_so_many_through_in_a_minute_and_says_when_the_next_may_go() {
        var relays = new Relays(List.of(Relay.parse("smtp://slow.example.net?rate=120")));
        int chosen = 0;
        for (var now = NOW; now.isBefore(NOW.plusSeconds(60)); now = now.plusMillis(100)) {
            while (relays.room(now) > 0) {
                assertThat(relays.choose(new DeliveryId(chosen), FROM, now)).isInstanceOf(Choice.Chosen.class);
                chosen++;
            }
            assertThat(relays.roomAt(now)).isAfter(now);
        }

        assertThat(chosen).isBetween(120, 122);
    }

    private static reynard.delivery.smtp.Reply reply(int code, String text) {
        return reynard.delivery.smtp.Reply.of(code, text);
    }
}
