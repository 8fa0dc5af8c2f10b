package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SourcesTest {
    @Test
    void what_a_kept_letter_is_told_from_is_kept_until_nobody_needs_it_whatever_the_author_writes_meanwhile()
            throws Exception {
        try (var relay = FakeSmtp.start();
                var server = TestServer.with(Relay.parse(relay.url()));
                var room = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> java.util.Optional.empty())) {
            var sequence = server.sequence(immediate("Hello"));
            server.put("/ext/v1/sequences/" + sequence.id(), json("{'on_uncertain':'hold'}"));
            relay.on(Verb.DOT).storing().drops().times(1);
            var reader = server.subscriber("a@example.org", sequence);
            server.settle();
            assertThat(sizes(room)).isEqualTo("1 source, 1 message told from it");
            sequence.changeEmail("Hello", "{'content':'<p>Quite other words.</p>'}");
            server.advance(Duration.ofDays(10));

            assertThat(sweep(room)).isZero();
            var id = reader.deliveries().getFirst().get("id").asLong();
            server.post("/ext/v1/deliveries/" + id + "/resend", "{}");
            server.settle();

            var mails = relay.messages();
            assertThat(mails).hasSize(2);
            assertThat(mails.getFirst().content()).isEqualTo(mails.getLast().content());
            assertThat(sweep(room)).isEqualTo(1);
            assertThat(sizes(room)).isEqualTo("0 source, 0 message told from it");
        }
    }

    private static int sweep(Mailroom room) {
        return room.deliveries.sweep(room.account, room.now.plus(Duration.ofDays(20)));
    }

    private static String sizes(Mailroom room) {
        return room.database.inTx(tx -> tx.query("""
                        select (select count(*) from message_source) || ' source, '
                               || (select count(*) from delivery_message where source_id is not null)
                               || ' message told from it'
                        """).mapTo(String.class).one());
    }
}
