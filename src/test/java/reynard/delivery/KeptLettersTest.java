package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;

@DisplayNameGeneration(ReplaceUnderscores.class)
class KeptLettersTest extends MailroomWithRelay {
    @Test
    void what_a_kept_letter_is_told_from_is_kept_until_nobody_needs_it_whatever_the_author_writes_meanwhile() {
        var sequence = server.sequence(immediate("Hello"));
        server.put("/ext/v1/sequences/" + sequence.id(), json("{'on_uncertain':'hold'}"));
        relay.on(Verb.DOT).storing().drops().times(1);
        var reader = server.subscriber("a@example.org", sequence);
        server.settle();
        assertThat(sizes()).isEqualTo("1 source, 1 message told from it");
        assertThat(source()).contains("Hello").doesNotContain("a@example.org");
        sequence.changeEmail("Hello", "{'content':'<p>Quite other words.</p>'}");
        server.advance(Duration.ofDays(10));

        assertThat(sweep()).isZero();
        var id = reader.deliveries().getFirst().get("id").asLong();
        server.post("/ext/v1/deliveries/" + id + "/resend", "{}");
        server.settle();

        var mails = relay.messages();
        assertThat(mails).hasSize(2);
        assertThat(mails.getFirst().content()).isEqualTo(mails.getLast().content());
        assertThat(sweep()).isEqualTo(2);
        assertThat(sizes()).isEqualTo("0 source, 0 message told from it");
        assertThat(count("letter_slot")).isZero();
    }

    @Test
    void a_kept_letter_of_a_settled_delivery_is_swept() {
        server.subscriber("a@example.org", server.sequence(immediate("Hello")));
        server.settle();
        execute("insert into delivery_message (account_id, delivery_id, envelope_sender, message)"
                + " select account_id, id, 'a@example.com', 'x' from delivery");

        sweep();

        assertThat(count("delivery_message")).isZero();
    }

    @Test
    void letters_that_are_done_with_leave_their_slot_to_the_next() {
        var sequence = server.sequence(immediate("Hello"));
        for (var name : List.of("a", "b", "c")) {
            server.subscriber(name + "@example.org", sequence);
            server.settle();
        }

        assertThat(relay.messages()).hasSize(3);
        assertThat(count("letter_slot")).isEqualTo(1);
        assertThat(sizes()).isEqualTo("1 source, 0 message told from it");
    }

    @Test
    void a_letter_that_is_put_off_at_its_dot_goes_out_again_as_it_was() {
        var sequence = server.sequence(immediate("Hello"));
        relay.on(Verb.DOT).storing().answers("451 4.3.0 later\r\n").times(1);
        server.subscriber("a@example.org", sequence);
        server.settle();
        assertThat(sizes()).isEqualTo("1 source, 1 message told from it");
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
        assertThat(sizes()).isEqualTo("1 source, 0 message told from it");
    }

    @Test
    void the_letters_that_a_dead_node_had_at_their_dots_are_kept_and_its_slots_are_gone() {
        var sequence = server.sequence(immediate("Hello"));
        server.subscriber("a@example.org", sequence);
        server.settle();
        relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
        server.subscriber("b@example.org", sequence);
        server.settle();
        execute("insert into delivery_holder (account_id, owner, claimed_at)"
                + " select id, 7, created_at from account");
        execute("update delivery set owner = 7, at_dot = true, marked_at = created_at where state = 'deferred'");
        execute("insert into letter_slot"
                + " (account_id, owner, slot, delivery_id, envelope_sender, message, marked_at)"
                + " select account_id, 7, 0, id, 'author@example.com', 'the letter', created_at"
                + " from delivery where owner = 7");

        assertThat(room.rescue()).isEqualTo(1);

        assertThat(count("letter_slot where owner = 7")).isZero();
        assertThat(count("letter_slot")).isEqualTo(1);
        assertThat(count("delivery_message m join delivery d on d.id = m.delivery_id"
                        + " where d.state = 'uncertain' and m.message = 'the letter'"))
                .isEqualTo(1);
    }

    private void execute(String sql) {
        room.database.useTx(tx -> tx.update(sql).execute());
    }

    private int sweep() {
        return room.deliveries.sweep(room.account, room.now.plus(Duration.ofDays(20)));
    }

    private int count(String rows) {
        return room.database.inTx(tx ->
                tx.query("select count(*) from " + rows).mapTo(Integer.class).one());
    }

    private String source() {
        return room.database.inTx(tx -> tx.query("select convert_from(message, 'UTF8') from message_source")
                .mapTo(String.class)
                .one());
    }

    private String sizes() {
        return room.database.inTx(tx -> tx.query("""
                        select (select count(*) from message_source) || ' source, '
                               || (select count(*) from delivery_message where source_id is not null)
                               || ' message told from it'
                        """).mapTo(String.class).one());
    }
}
