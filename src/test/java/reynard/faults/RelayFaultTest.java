package reynard.faults;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;

/// What a relay can say and do, and what becomes of an email and its reader (R7 to R13).
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayFaultTest {
    private FakeSmtp relay;
    private TestServer server;
    private TestServer.Sequence sequence;
    private int readers;

    @BeforeAll
    void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url()));
        sequence = server.sequence(immediate("Hello"));
    }

    @AfterAll
    void stop() {
        server.close();
        relay.close();
    }

    /// @param first the states that it may be in after the first attempt, as a regular expression
    /// @param copies how many the relay has in the end
    /// @param reader's state in the end
    record Case(
            String name,
            Consumer<FakeSmtp> script,
            String first,
            String last,
            boolean uncertain,
            int copies,
            String reader) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case passing(String name, Consumer<FakeSmtp> script) {
        return new Case(name, script, "deferred", "sent", false, 1, "active");
    }

    /// The line may be found broken before the dot or after it.
    private static Case early(String name, Consumer<FakeSmtp> script) {
        return new Case(name, script, "deferred|uncertain", "sent", false, 1, "active");
    }

    static final List<Case> CASES = List.of(
            passing(
                    "4xx at the greeting",
                    relay -> relay.on(Verb.GREETING, 421, "4.3.2 no").times(1)),
            passing("4xx at EHLO", relay -> relay.on(Verb.EHLO, 451, "4.3.0 no").times(1)),
            passing("4xx at MAIL", relay -> relay.on(Verb.MAIL, 451, "4.3.0 no").times(1)),
            passing("4xx at RCPT", relay -> relay.on(Verb.RCPT, 450, "4.2.0 no").times(1)),
            passing("4xx at DATA", relay -> relay.on(Verb.DATA, 451, "4.3.0 no").times(1)),
            passing(
                    "4xx at the dot",
                    relay -> relay.on(Verb.DOT, 451, "4.3.0 no").times(1)),
            passing(
                    "greylisting",
                    relay -> relay.on(Verb.RCPT, 451, "4.7.1 greylisted").times(1)),
            passing(
                    "5xx at the greeting",
                    relay -> relay.on(Verb.GREETING, 554, "5.7.1 no").times(1)),
            passing(
                    "5xx at MAIL blames the sender",
                    relay -> relay.on(Verb.MAIL, 550, "5.7.26 no").times(1)),
            passing(
                    "5xx at the dot blames the sender",
                    relay -> relay.on(Verb.DOT, 550, "5.7.26 no").times(1)),
            new Case(
                    "no such mailbox",
                    relay -> relay.on(Verb.RCPT, 550, "5.1.1 no such user").times(1),
                    "failed",
                    "failed",
                    false,
                    0,
                    "bounced"),
            passing(
                    "drop at the greeting",
                    relay -> relay.on(Verb.GREETING).drops().times(1)),
            early("drop after DATA", relay -> relay.on(Verb.DATA).thenDrops().times(1)),
            early(
                    "drop in the body",
                    relay -> relay.on(Verb.BODY).afterBytes(300).drops().times(1)),
            passing(
                    "nonsense at the greeting",
                    relay -> relay.on(Verb.GREETING).answers("hello\r\n").times(1)),
            passing(
                    "a reply line that is too long",
                    relay -> relay.on(Verb.GREETING)
                            .answers("220 " + "x".repeat(1_000_000) + "\r\n")
                            .times(1)),
            new Case(
                    "EHLO unknown, HELO known",
                    relay -> relay.on(Verb.EHLO, 502, "5.5.1 what").times(1),
                    "sent",
                    "sent",
                    false,
                    1,
                    "active"),
            new Case(
                    "each reply byte by byte",
                    relay -> relay.on(Verb.DOT, 250, "2.0.0 queued\nas 1")
                            .inPieces()
                            .times(1),
                    "sent",
                    "sent",
                    false,
                    1,
                    "active"),
            new Case(
                    "stored, then dropped",
                    relay -> relay.on(Verb.DOT).storing().drops().times(1),
                    "uncertain",
                    "sent",
                    true,
                    2,
                    "active"),
            new Case(
                    "not stored, and dropped at the dot",
                    relay -> relay.on(Verb.DOT).drops().times(1),
                    "uncertain",
                    "sent",
                    true,
                    1,
                    "active"),
            new Case(
                    "stored, and yet refused for now",
                    relay -> relay.on(Verb.DOT, 451, "4.3.0 no").storing().times(1),
                    "deferred",
                    "sent",
                    false,
                    2,
                    "active"));

    @ParameterizedTest
    @FieldSource("CASES")
    void a_relay_that_does_this_changes_what_it_should_and_nothing_else(Case it) {
        // What the last case has left may be open yet.
        relay.hangUp();
        relay.behave();
        it.script().accept(relay);
        var reader = server.subscriber("reader" + readers++ + "@example.org", sequence);

        server.settle();
        assertThat(state(reader)).matches(it.first());

        relay.behave();
        server.advance(ofHours(1));
        assertThat(state(reader)).isEqualTo(it.last());
        assertThat(reader.state()).isEqualTo(it.reader());
        var delivery = reader.deliveries().getFirst();
        if (!it.first().contains("|")) {
            assertThat(!delivery.get("uncertain_at").isNull()).isEqualTo(it.uncertain());
        }
        var copies = relay.messages().stream()
                .filter(mail -> mail.recipient().equals(reader.email()))
                .toList();
        assertThat(copies).hasSize(it.copies());
        assertThat(copies.stream().map(FakeSmtp.Received::content).distinct().count())
                .isLessThanOrEqualTo(1);
        assertThat(copies.stream().map(FakeSmtp.Received::sender).distinct().count())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void refusals_for_good_without_a_known_reason_count_on_the_second_day() {
        relay.behave();
        relay.on(Verb.RCPT, 550, "no").to("odd@");
        var course = server.sequence(immediate("One"), days("Two", 1), days("Three", 1));
        var odd = server.subscriber("odd@example.org", course);

        server.settle();
        assertThat(odd.state()).isEqualTo("active");
        server.advance(ofDays(3));

        assertThat(odd.state()).isEqualTo("bounced");
        assertThat(odd.deliveries())
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.get("reason").asText()).isEqualTo("refused"));
        var reports = server.get("/ext/v1/feedback?subscriber_id=" + odd.id()).at("/feedback");
        assertThat(reports).hasSize(2).allSatisfy(report -> {
            assertThat(report.get("source").asText()).isEqualTo("relay");
            assertThat(report.get("verdict").asText()).isEqualTo("unsure");
        });
    }

    @Test
    void a_mailbox_that_stays_full_counts_after_five_emails_over_fifteen_days() {
        relay.behave();
        relay.on(Verb.RCPT, 552, "5.2.2 mailbox full").to("full@");
        var course = server.sequence(
                immediate("One"), days("Two", 4), days("Three", 4), days("Four", 4), days("Five", 4), days("Six", 4));
        var full = server.subscriber("full@example.org", course);

        server.advance(ofDays(13));
        assertThat(full.state()).isEqualTo("active");
        server.advance(ofDays(20));

        assertThat(full.state()).isEqualTo("bounced");
        assertThat(full.deliveries()).hasSize(5);
    }

    private static String state(Reader reader) {
        return reader.deliveries().getFirst().get("state").asText();
    }

    @Test
    void a_relay_that_ends_each_connection_after_a_message_costs_nobody_an_attempt() {
        relay.hangUp();
        relay.behave();
        relay.on(Verb.DOT, 250, "2.0.0 that was all").thenDrops();
        for (int i = 0; i < 20; i++) {
            server.subscriber("hurried" + i + "@example.org", sequence);
        }

        server.settle();

        var rows = server.get("/ext/v1/deliveries?per_page=20").at("/deliveries");
        rows.forEach(row -> {
            assertThat(row.get("state").asText()).isEqualTo("sent");
            assertThat(row.get("attempts").asInt()).isEqualTo(1);
        });
        server.advance(ofMinutes(10));
    }
}
