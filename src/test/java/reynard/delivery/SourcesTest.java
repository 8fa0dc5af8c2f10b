package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.id.DeliveryId;
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
                var room = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty())) {
            var sequence = server.sequence(immediate("Hello"));
            server.put("/ext/v1/sequences/" + sequence.id(), json("{'on_uncertain':'hold'}"));
            relay.on(Verb.DOT).storing().drops().times(1);
            var reader = server.subscriber("a@example.org", sequence);
            server.settle();
            assertThat(sizes(room)).isEqualTo("1 source, 1 message told from it");
            assertThat(source(room)).contains("Hello").doesNotContain("a@example.org");
            sequence.changeEmail("Hello", "{'content':'<p>Quite other words.</p>'}");
            server.advance(Duration.ofDays(10));

            assertThat(sweep(room)).isZero();
            var id = reader.deliveries().getFirst().get("id").asLong();
            server.post("/ext/v1/deliveries/" + id + "/resend", "{}");
            server.settle();

            var mails = relay.messages();
            assertThat(mails).hasSize(2);
            assertThat(mails.getFirst().content()).isEqualTo(mails.getLast().content());
            assertThat(sweep(room)).isEqualTo(2);
            assertThat(sizes(room)).isEqualTo("0 source, 0 message told from it");
            assertThat(slots(room)).isZero();
        }
    }

    @Test
    void a_kept_letter_of_a_settled_delivery_is_swept() throws Exception {
        try (var relay = FakeSmtp.start();
                var server = TestServer.with(Relay.parse(relay.url()));
                var room = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty())) {
            server.subscriber("a@example.org", server.sequence(immediate("Hello")));
            server.settle();
            room.database.useTx(tx -> tx.update("""
                            insert into delivery_message (account_id, delivery_id, envelope_sender, message)
                            select account_id, id, 'a@example.com', 'x' from delivery
                            """).execute());

            sweep(room);

            assertThat(room.database.<Integer>inTx(tx -> tx.query("select count(*) from delivery_message")
                            .mapTo(Integer.class)
                            .one()))
                    .isZero();
        }
    }

    @Test
    void letters_that_are_done_with_leave_their_slot_to_the_next() throws Exception {
        try (var relay = FakeSmtp.start();
                var server = TestServer.with(Relay.parse(relay.url()));
                var room = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty())) {
            var sequence = server.sequence(immediate("Hello"));
            for (var name : List.of("a", "b", "c")) {
                server.subscriber(name + "@example.org", sequence);
                server.settle();
            }

            assertThat(relay.messages()).hasSize(3);
            assertThat(slots(room)).isEqualTo(1);
            assertThat(sizes(room)).isEqualTo("1 source, 0 message told from it");
        }
    }

    @Test
    void a_letter_that_is_put_off_at_its_dot_goes_out_again_as_it_was() throws Exception {
        try (var relay = FakeSmtp.start();
                var server = TestServer.with(Relay.parse(relay.url()));
                var room = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty())) {
            var sequence = server.sequence(immediate("Hello"));
            relay.on(Verb.DOT).storing().answers("451 4.3.0 later\r\n").times(1);
            server.subscriber("a@example.org", sequence);
            server.settle();
            assertThat(sizes(room)).isEqualTo("1 source, 1 message told from it");
            // Somebody else's letter takes the slot.
            server.subscriber("b@example.org", sequence);
            server.settle();
            server.advance(Duration.ofDays(1));

            var letters = relay.messages().stream()
                    .filter(mail -> mail.recipient().equals("a@example.org"))
                    .map(FakeSmtp.Received::content)
                    .toList();
            assertThat(letters).hasSize(2);
            assertThat(letters.getFirst()).isEqualTo(letters.getLast());
            assertThat(sizes(room)).isEqualTo("1 source, 0 message told from it");
        }
    }

    @Test
    void a_reply_that_comes_late_to_somebody_who_was_erased_leaves_nothing_behind() throws Exception {
        try (var relay = FakeSmtp.start();
                var server = TestServer.with(Relay.parse(relay.url()));
                var room = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty())) {
            var claim = new Claim(
                    room.account,
                    new DeliveryId(900_000),
                    new Kind.NoticeMail(Notice.Purpose.TEST, "a@example.org", room.now, Optional.empty()),
                    "token",
                    "message",
                    0,
                    Optional.empty(),
                    Optional.empty());
            var ending = new Ending(
                    Delivery.State.SENT,
                    room.now,
                    new Attempt(1, room.now, "accepted", Optional.of("dot"), Optional.of("250 a@example.org is here")),
                    Optional.empty(),
                    Optional.empty(),
                    Ending.Blame.NONE,
                    Optional.empty());

            var written = room.database.inTx(tx -> room.deliveries
                    .store()
                    .settle(tx, room.account, List.of(new DeliveryStore.Result(claim, ending)), 1));

            assertThat(written).isEmpty();
            assertThat(room.deliveries.attempts(room.account, claim.delivery())).isEmpty();
        }
    }

    private static int sweep(Mailroom room) {
        return room.deliveries.sweep(room.account, room.now.plus(Duration.ofDays(20)));
    }

    private static int slots(Mailroom room) {
        return room.database.inTx(tx -> tx.query("select count(*) from letter_slot")
                .mapTo(Integer.class)
                .one());
    }

    private static String source(Mailroom room) {
        return room.database.inTx(tx -> tx.query("select convert_from(message, 'UTF8') from message_source")
                .mapTo(String.class)
                .one());
    }

    private static String sizes(Mailroom room) {
        return room.database.inTx(tx -> tx.query("""
                        select (select count(*) from message_source) || ' source, '
                               || (select count(*) from delivery_message where source_id is not null)
                               || ' message told from it'
                        """).mapTo(String.class).one());
    }
}
