package reynard.faults;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.DatabaseLine;
import reynard.testing.FakeSmtp;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

/// An email that the program itself cannot make (R26).
@DisplayNameGeneration(ReplaceUnderscores.class)
class PoisonTest {
    @Test
    void an_email_that_cannot_be_made_is_held_after_three_attempts_and_keeps_nobody_else_waiting() {
        try (var relay = FakeSmtp.start();
                var server = TestServer.with(Relay.parse(relay.url())).unaudited();
                var rows = new Rows(server.databaseUrl())) {
            var sequence = server.sequence(immediate("Hello"));
            var poisoned = server.subscriber("poisoned@example.org", sequence);
            var other = server.subscriber("other@example.org", sequence);
            // No request can store such an address.
            rows.write("update subscriber set email_address = 'no address' where email_address like 'poisoned@%'");

            server.settle();
            assertThat(other.deliveries().getFirst().get("state").asText()).isEqualTo("sent");
            assertThat(poisoned.deliveries().getFirst().get("state").asText()).isEqualTo("deferred");

            server.advance(ofHours(1));
            var held = poisoned.deliveries().getFirst();
            assertThat(held.get("state").asText()).isEqualTo("held");
            assertThat(held.get("reason").asText()).isEqualTo("poison");
            assertThat(held.get("attempts").asInt()).isEqualTo(3);
            assertThat(relay.messages()).hasSize(1);
        }
    }

    @Test
    void an_email_that_ends_the_server_each_time_it_is_written_is_held_and_the_others_go_out() {
        var database = TestDatabase.fresh(Database::migrate);
        try (var relay = FakeSmtp.start();
                var line = DatabaseLine.to(database);
                var rows = new Rows(database)) {
            var others = new ArrayList<TestServer.Reader>();
            TestServer.Reader fatal;
            try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
                var sequence = server.sequence(immediate("Hello"));
                fatal = server.subscriber("fatal@example.org", sequence);
                for (int i = 0; i < 3; i++) {
                    others.add(server.subscriber("other" + i + "@example.org", sequence));
                }
            }

            Course.sendAndKill(
                    line, relay, () -> line.onCommitOf("set owner = ").holdsAfter()::awaitReached);
            long email = rows.number("select id from delivery where subscriber_id = " + fatal.id());
            for (int trial = 1; trial <= 3; trial++) {
                // What is on record of it is the same whether it ends here or in writing.
                Course.sendAndKill(
                        line,
                        relay,
                        () -> line.onCommitOf("set trials = ").about(email).holdsAfter()::awaitReached);
                assertThat(rows.number("select trials from delivery where id = " + email))
                        .isEqualTo(trial);
                assertThat(rows.number("select count(*) from delivery where trials > 0"))
                        .isOne();
            }

            try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
                server.settle();
                server.advance(ofMinutes(2));
                assertThat(states(server, fatal)).containsExactly("held poison");
                assertThat(others)
                        .allSatisfy(reader -> assertThat(states(server, reader)).containsExactly("sent "));
                assertThat(relay.messages())
                        .noneSatisfy(mail -> assertThat(mail.recipient()).contains("fatal"));

                // A person has decided that it is to be tried once more.
                server.post("/ext/v1/deliveries/" + email + "/resend", "{}");
                server.settle();
                assertThat(states(server, fatal)).containsExactly("sent ");
                assertThat(rows.number("select count(*) from delivery where trials is not null"))
                        .isZero();
            }
        } finally {
            TestDatabase.drop(database);
        }
    }

    private static List<String> states(TestServer server, TestServer.Reader reader) {
        var states = new ArrayList<String>();
        server.get("/ext/v1/deliveries?subscriber_id=" + reader.id())
                .at("/deliveries")
                .forEach(row -> states.add(
                        row.get("state").asText() + " " + row.get("reason").asText("")));
        return states;
    }
}
