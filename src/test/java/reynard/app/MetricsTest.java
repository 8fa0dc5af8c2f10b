package reynard.app;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsTest {
    private FakeSmtp relay;
    private TestServer server;

    @BeforeAll
    void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url()));
    }

    @AfterAll
    void stop() {
        server.close();
        relay.close();
    }

    private double figure(String line) {
        return server.send("GET", "/metrics", null, Map.of())
                .raw()
                .body()
                .lines()
                .filter(it -> it.startsWith(line + " "))
                .mapToDouble(it -> Double.parseDouble(it.substring(line.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + line));
    }

    private String attempts(String outcome) {
        return "reynard_attempts_total{outcome=\"" + outcome + "\",relay=\"" + relay.url() + "\"}";
    }

    @Test
    void attempts_are_counted_by_how_they_ended_and_what_is_uncertain_is_told() {
        relay.on(Verb.RCPT, 550, "5.1.1 no such user").to("gone@");
        relay.on(Verb.RCPT, 421, "4.7.0 too much").to("hurried@");
        relay.on(Verb.DOT).to("lost@").storing().drops();
        var sequence = server.sequence(immediate("Hello"));
        for (var name : new String[] {"one", "two", "gone", "hurried", "lost"}) {
            server.subscriber(name + "@example.org", sequence);
        }
        server.settle();

        assertThat(figure(attempts("accepted"))).isEqualTo(2);
        assertThat(figure(attempts("hard_recipient"))).isOne();
        assertThat(figure(attempts("throttle"))).isOne();
        assertThat(figure(attempts("unconfirmed"))).isOne();
        assertThat(figure("reynard_emails_accepted_total")).isEqualTo(2);
        assertThat(figure("reynard_deliveries_unresolved{state=\"uncertain\"}")).isOne();
        assertThat(figure("reynard_deliveries_unresolved{state=\"held\"}")).isZero();
        assertThat(figure("reynard_connections{use=\"busy\"}")).isZero();
        assertThat(figure("reynard_connections{use=\"idle\"}")).isPositive();
        assertThat(figure("reynard_relay_up{relay=\"" + relay.url() + "\"}")).isOne();
        assertThat(figure("reynard_sender_lag_seconds")).isZero();
        assertThat(figure("reynard_walker_lag_seconds")).isZero();
        assertThat(figure("reynard_sending_paused")).isZero();

        relay.behave();
        server.advance(ofMinutes(10));
        assertThat(figure("reynard_deliveries_unresolved{state=\"uncertain\"}")).isZero();
    }

    @Test
    void who_comes_from_elsewhere_by_a_proxy_does_not_see_them() {
        assertThat(server.send("GET", "/metrics", null, Map.of("X-Forwarded-For", "192.0.2.1"))
                        .status())
                .isEqualTo(403);
    }
}
