package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.delivery.smtp.Relay;
import reynard.id.BroadcastId;
import reynard.id.SubscriberId;
import reynard.identity.DnsClient;
import reynard.identity.ScriptedDns;
import reynard.template.EmailRenderer;
import reynard.testing.FakeSmtp;
import reynard.testing.TestServer;

/// Mail without a relay, with a DNS and a host of the recipients on loopback.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DirectSendingTest {
    private static final String ZONE = """
            mail.example. 60 IN MX 5 dead.example.net.
            mail.example. 60 IN MX 10 live.example.net.
            dead.example.net. 60 IN A 127.0.0.99
            live.example.net. 60 IN A 127.0.0.1
            plain.example. 60 IN A 127.0.0.1
            never.example. 60 IN MX 0 .
            shut.example. 60 IN MX 5 shut.example.net.
            shut.example.net. 60 IN A 127.0.0.98
            """;

    private FakeSmtp host;
    private ScriptedDns dns;
    private TestServer server;
    private Mailroom mailroom;
    private long broadcasts;

    @BeforeAll
    void start() {
        host = FakeSmtp.start();
        dns = ScriptedDns.start().zone(ZONE);
        dns.fails("dark.example");
        server = TestServer.start().unaudited();
        mailroom = new Mailroom(
                server,
                Relay.parse("mx:" + host.port()),
                () -> new DnsClient(Optional.of(dns.socketAddress())),
                Duration.ofMinutes(10),
                (_, _, _) -> Optional.of(new BroadcastWriter.Draft(
                        Optional.empty(),
                        new EmailRenderer.Source(
                                "News", "", "<p>Hi</p>", "<html><body>{{ message_content }}</body></html>"))));
    }

    @AfterAll
    void stop() {
        mailroom.close();
        server.close();
        dns.close();
        host.close();
    }

    private TestServer.Reader sent(String address) {
        var reader = server.subscriber(address);
        broadcasts++;
        mailroom.database.useTx(tx -> mailroom.deliveries.queue(
                tx,
                mailroom.account,
                new BroadcastId(broadcasts),
                List.of(new SubscriberId(reader.id())),
                Map.of(),
                server.now(),
                server.now()));
        mailroom.send();
        return reader;
    }

    private static String state(TestServer.Reader reader) {
        return reader.deliveries().getFirst().get("state").asText();
    }

    @Test
    void the_next_host_is_tried_where_the_first_does_not_answer() {
        var reader = sent("reader@mail.example");

        assertThat(state(reader)).isEqualTo("sent");
        assertThat(host.messages())
                .anySatisfy(mail -> assertThat(mail.recipient()).isEqualTo("reader@mail.example"));
    }

    @Test
    void a_domain_without_mx_takes_its_mail_itself() {
        assertThat(state(sent("reader@plain.example"))).isEqualTo("sent");
    }

    @Test
    void a_domain_that_takes_no_mail_bounces_at_once() {
        var reader = sent("reader@never.example");

        assertThat(state(reader)).isEqualTo("failed");
        assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("bounced");
        assertThat(reader.state()).isEqualTo("bounced");
    }

    @Test
    void a_domain_that_does_not_exist_fails_and_its_reader_stays() {
        var reader = sent("reader@gone.example");

        assertThat(state(reader)).isEqualTo("failed");
        assertThat(reader.state()).isEqualTo("active");
    }

    @Test
    void a_host_that_is_shut_is_not_tried_for_each_email() {
        for (int i = 0; i < 5; i++) {
            var reader = sent("early" + i + "@shut.example");
            assertThat(reader.deliveries().getFirst().get("reply").asText()).doesNotContain("not tried again");
        }

        var late = sent("late@shut.example");

        assertThat(state(late)).isEqualTo("deferred");
        assertThat(late.deliveries().getFirst().get("reply").asText()).contains("not tried again before", "127.0.0.98");
    }

    @Test
    void what_dns_cannot_say_waits() {
        var reader = sent("reader@dark.example");

        assertThat(state(reader)).isEqualTo("deferred");
        assertThat(reader.deliveries().getFirst().get("reply").asText()).contains("SERVFAIL");
    }
}
