package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import reynard.delivery.smtp.Relay;
import reynard.id.BroadcastId;
import reynard.id.SubscriberId;
import reynard.template.EmailRenderer;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

/// One that is slow keeps nobody else waiting, and nothing grows while it is (R14, R15).
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SlowDomainTest {
    private static final int EACH = 24;
    /// What is claimed for one connection.
    private static final int CLAIMED_MAX = 4;

    private FakeSmtp relay;
    private TestServer server;
    private long broadcasts;

    @BeforeAll
    void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url())).unaudited();
    }

    @AfterAll
    void stop() {
        server.close();
        relay.close();
    }

    @BeforeEach
    void behave() {
        relay.behave();
    }

    /// @param patience none at all or more than a test takes, so that nothing depends on how fast this machine is
    private Mailroom mailroom(int connections, Duration patience) {
        return mailroom(List.of(Relay.parse(relay.url() + "?connections=" + connections)), patience);
    }

    private Mailroom mailroom(List<Relay> relays, Duration patience) {
        return new Mailroom(
                server,
                relays,
                Mailroom.NO_DNS,
                patience,
                (_, _, _) -> Optional.of(new BroadcastWriter.Draft(
                        Optional.empty(),
                        new EmailRenderer.Source(
                                "News", "", "<p>Hi</p>", "<html><body>{{ message_content }}</body></html>"))));
    }

    private void queue(Mailroom mailroom, String domain) {
        queue(mailroom, domain, EACH, mailroom.now);
    }

    private void queue(Mailroom mailroom, String domain, int count, Instant dueAt) {
        broadcasts++;
        var ids = new ArrayList<SubscriberId>();
        for (int i = 0; i < count; i++) {
            var reader = server.subscriber("reader" + broadcasts + "-" + i + "@" + domain);
            ids.add(new SubscriberId(reader.id()));
        }
        mailroom.database.useTx(tx -> mailroom.deliveries.queue(
                tx, mailroom.account, new BroadcastId(broadcasts), ids, Map.of(), dueAt, dueAt));
    }

    private List<String> arrived(String domain) {
        return relay.messages().stream()
                .map(FakeSmtp.Received::recipient)
                .filter(address -> address.endsWith("@" + domain))
                .toList();
    }

    @Test
    void a_domain_that_does_not_answer_holds_few_connections_and_the_mail_of_another_passes_it() {
        var open = new CountDownLatch(1);
        relay.on(Verb.RCPT).to("@slow.example").after(open);
        try (var mailroom = mailroom(8, Duration.ZERO)) {
            queue(mailroom, "slow.example");
            queue(mailroom, "quick.example");

            while (arrived("quick.example").size() < EACH) {
                mailroom.now = mailroom.now.plusMillis(200);
                mailroom.take();
            }

            assertThat(arrived("slow.example")).isEmpty();
            assertThat(relay.commands().stream()
                            .filter(line -> line.startsWith("RCPT") && line.contains("@slow.example")))
                    .hasSizeLessThanOrEqualTo(2);

            open.countDown();
            while (arrived("slow.example").size() < EACH) {
                mailroom.now = mailroom.now.plus(Duration.ofSeconds(5));
                mailroom.send();
            }
            assertThat(server.get("/ext/v1/deliveries?state=sent&per_page=1000").at("/deliveries"))
                    .allSatisfy(row -> assertThat(row.get("attempts").asInt()).isOne());
        }
    }

    @Test
    void of_a_relay_that_is_slow_no_more_is_claimed_than_it_needs_and_all_arrives() {
        var open = new CountDownLatch(1);
        relay.on(Verb.DOT).to("@patient.example").after(open);
        try (var mailroom = mailroom(1, Duration.ofMinutes(10))) {
            queue(mailroom, "patient.example");
            int claimed = 0;
            for (int i = 0; i < 20; i++) {
                claimed += mailroom.take();
            }
            assertThat(claimed).isBetween(1, CLAIMED_MAX);

            open.countDown();
            while (arrived("patient.example").size() < EACH) {
                mailroom.now = mailroom.now.plus(Duration.ofSeconds(5));
                mailroom.send();
            }
        }
    }

    @Test
    void what_is_due_first_goes_first_but_for_those_that_are_claimed_together() {
        try (var mailroom = mailroom(1, Duration.ofMinutes(10))) {
            var start = mailroom.now;
            for (int minute : List.of(3, 1, 4, 2, 5)) {
                queue(mailroom, "minute" + minute + ".example", CLAIMED_MAX, start.plusSeconds(60L * minute));
            }
            mailroom.now = start.plusSeconds(600);
            while (mailroom.send() > 0) {
                // Until all is sent.
            }

            var minutes = relay.messages().stream()
                    .map(FakeSmtp.Received::recipient)
                    .filter(address -> address.contains("@minute"))
                    .map(address -> address.replaceAll(".*@minute|\\.example", ""))
                    .toList();
            assertThat(minutes).hasSize(5 * CLAIMED_MAX).isSorted();
        }
    }

    private long fair() {
        return relay.messages().stream()
                .filter(mail -> mail.recipient().endsWith(".fair.example"))
                .count();
    }

    @Test
    void a_relay_that_is_slow_keeps_no_mail_from_another() {
        var open = new CountDownLatch(1);
        relay.on(Verb.DOT).to(".fair.example").after(open);
        try (var other = FakeSmtp.start();
                var mailroom = mailroom(
                        List.of(
                                Relay.parse(relay.url() + "?connections=2&weight=3"),
                                Relay.parse(other.url() + "?connections=2")),
                        Duration.ofMinutes(10))) {
            for (int i = 0; i < 40; i++) {
                // A domain begins with two places, which is not what this is about.
                queue(mailroom, "reader" + i + ".fair.example", 1, mailroom.now);
            }

            var end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (other.messages().size() < 40 - 2 * CLAIMED_MAX && System.nanoTime() < end) {
                mailroom.now = mailroom.now.plusMillis(200);
                mailroom.take();
            }
            open.countDown();
            assertThat(other.messages()).hasSizeGreaterThanOrEqualTo(40 - 2 * CLAIMED_MAX);

            while (fair() + other.messages().size() < 40) {
                mailroom.now = mailroom.now.plus(Duration.ofSeconds(5));
                mailroom.send();
            }
        }
    }
}
