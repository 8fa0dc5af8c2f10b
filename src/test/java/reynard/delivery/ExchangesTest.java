package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.Exchanges.Exchange;
import reynard.delivery.smtp.Relay;
import reynard.delivery.smtp.ReplyClass;
import reynard.delivery.smtp.SendOutcome;
import reynard.delivery.smtp.Stage;
import reynard.identity.Dns;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ExchangesTest {
    private static final Instant NOW = Instant.parse("2026-01-05T12:00:00Z");
    private static final SendOutcome.NotSent REFUSED = new SendOutcome.Broken(Stage.CONNECT, "connection refused");

    /// What a name has: `mx` and `a` records. A value `!` is a failure of DNS.
    private record Zone(Map<String, List<String>> mx, Map<String, List<String>> addresses) implements Dns {
        private static Answer answer(Map<String, List<String>> records, String name) {
            var values = records.getOrDefault(name, List.of());
            if (values.equals(List.of("!"))) {
                return new Answer.Failed(name + ": SERVFAIL");
            }
            return values.isEmpty() ? new Answer.None() : new Answer.Found(values);
        }

        @Override
        public Answer txt(String name) {
            return new Answer.None();
        }

        @Override
        public Answer mx(String name) {
            return answer(mx, name);
        }

        @Override
        public Answer addresses(String name) {
            return answer(addresses, name);
        }

        @Override
        public Answer reverse(String address) {
            return new Answer.None();
        }
    }

    private static final Map<String, List<String>> ADDRESSES = Map.of(
            "a.example.net", List.of("192.0.2.1"),
            "b.example.net", List.of("192.0.2.2", "2001:db8::2"),
            "c.example.net", List.of("192.0.2.3"),
            "plain.example", List.of("192.0.2.9"),
            "six.example", List.of("2001:db8::9"),
            "inside.example", List.of("127.0.0.1", "10.1.2.3", "fd00::1", "100.64.0.1", "169.254.1.1"),
            "dark.example", List.of("!"));

    private static Exchanges over(Map<String, List<String>> mx) {
        return new Exchanges(() -> new Zone(mx, ADDRESSES), new Random(1), false);
    }

    private static List<String> hosts(Exchange exchange) {
        return ((Exchange.Hosts) exchange).hosts().stream().map(Relay::host).toList();
    }

    private static ReplyClass refusal(Exchange exchange) {
        var rejected = (SendOutcome.Rejected) ((Exchange.Unreachable) exchange).outcome();
        return ReplyClass.of(rejected.stage(), rejected.reply());
    }

    @Test
    void the_hosts_of_least_preference_come_first_and_those_alike_in_any_order() {
        var exchanges =
                over(Map.of("mail.example", List.of("10 a.example.net", "10 c.example.net", "5 b.example.net")));
        var seen = new TreeSet<String>();

        IntStream.range(0, 50).forEach(_ -> {
            var hosts = hosts(exchanges.of("mail.example", 25, NOW));
            assertThat(hosts.subList(0, 2)).containsExactly("192.0.2.2", "2001:db8::2");
            seen.add(String.join(" ", hosts.subList(2, 4)));
        });

        assertThat(seen).containsExactly("192.0.2.1 192.0.2.3", "192.0.2.3 192.0.2.1");
    }

    @Test
    void a_domain_without_mx_is_its_own_host_over_either_protocol() {
        assertThat(hosts(over(Map.of()).of("plain.example", 25, NOW))).containsExactly("192.0.2.9");
        assertThat(hosts(over(Map.of()).of("six.example", 25, NOW))).containsExactly("2001:db8::9");
    }

    @Test
    void a_null_mx_is_a_refusal_for_good() {
        assertThat(refusal(over(Map.of("never.example", List.of("0 ."))).of("never.example", 25, NOW)))
                .isEqualTo(ReplyClass.HARD_RECIPIENT);
    }

    @Test
    void a_domain_that_does_not_exist_is_a_strike_and_not_yet_a_bounce() {
        assertThat(refusal(over(Map.of()).of("gone.example", 25, NOW))).isEqualTo(ReplyClass.HARD_UNSURE);
    }

    @Test
    void what_dns_cannot_say_now_is_tried_again() {
        for (var exchange : List.of(
                over(Map.of("mail.example", List.of("!"))).of("mail.example", 25, NOW),
                over(Map.of("mail.example", List.of("10 dark.example"))).of("mail.example", 25, NOW))) {
            assertThat(((Exchange.Unreachable) exchange).outcome())
                    .isInstanceOfSatisfying(SendOutcome.Broken.class, broken -> {
                        assertThat(broken.stage()).isEqualTo(Stage.CONNECT);
                        assertThat(broken.cause()).contains("SERVFAIL");
                    });
        }
    }

    @Test
    void nobody_is_led_into_a_network_that_is_not_public() {
        assertThat(refusal(over(Map.of("mail.example", List.of("10 inside.example")))
                        .of("mail.example", 25, NOW)))
                .isEqualTo(ReplyClass.HARD_UNSURE);
        assertThat(hosts(over(Map.of("mail.example", List.of("10 inside.example", "20 a.example.net")))
                        .of("mail.example", 25, NOW)))
                .containsExactly("192.0.2.1");
    }

    private static Relay host(Exchange exchange) {
        return ((Exchange.Hosts) exchange).hosts().getFirst();
    }

    @Test
    void a_host_that_does_not_answer_again_and_again_is_left_out_and_tried_again_by_one_email() {
        var exchanges = over(Map.of("mail.example", List.of("5 a.example.net", "10 c.example.net")));
        var a = host(exchanges.of("mail.example", 25, NOW));
        IntStream.range(0, 5).forEach(_ -> exchanges.failed(a, REFUSED, NOW));

        assertThat(hosts(exchanges.of("mail.example", 25, NOW))).containsExactly("192.0.2.3");
        assertThat(exchanges.down()).isOne();

        var later = NOW.plus(Duration.ofMinutes(1));
        assertThat(hosts(exchanges.of("mail.example", 25, later))).containsExactly("192.0.2.1", "192.0.2.3");
        assertThat(hosts(exchanges.of("mail.example", 25, later))).containsExactly("192.0.2.3");
        exchanges.reached(a);
        assertThat(hosts(exchanges.of("mail.example", 25, later))).containsExactly("192.0.2.1", "192.0.2.3");
        assertThat(exchanges.down()).isZero();
    }

    @Test
    void where_every_host_is_left_out_nothing_is_tried_and_the_cause_is_told() {
        var exchanges = over(Map.of("mail.example", List.of("5 a.example.net")));
        var a = host(exchanges.of("mail.example", 25, NOW));
        IntStream.range(0, 5).forEach(_ -> exchanges.failed(a, REFUSED, NOW));

        var outcome = ((Exchange.Unreachable) exchanges.of("mail.example", 25, NOW)).outcome();

        assertThat(outcome).isInstanceOf(SendOutcome.Broken.class);
        assertThat(outcome.toString())
                .contains("not tried again before 2026-01-05T12:01:00Z", "192.0.2.1: connection refused");
    }

    @Test
    void domains_whose_mail_one_operator_takes_in_are_known_by_its_domain() {
        var exchanges = over(Map.of(
                "shop.example", List.of("10 alt1.aspmx.mail.example", "5 aspmx.mail.example"),
                "club.example", List.of("1 ASPMX.mail.example"),
                "isles.example", List.of("10 mx1.post.co.uk"),
                "never.example", List.of("0 ."),
                "broken.example", List.of("!")));

        assertThat(exchanges.operator("shop.example")).isEqualTo("mail.example");
        assertThat(exchanges.operator("club.example")).isEqualTo("mail.example");
        assertThat(exchanges.operator("isles.example")).isEqualTo("post.co.uk");
        for (var alone : List.of("never.example", "broken.example", "plain.example")) {
            assertThat(exchanges.operator(alone)).isEqualTo(alone);
        }
    }
}
