package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

class DeletingTest extends Scenario {
    @Test
    void a_deleted_sequence_sends_nothing_more_and_is_404_from_then_on() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.delete();
        server.advance(ofDays(9));

        assertThat(reader.subjectsReceived()).containsExactly("One");
        for (var path : new String[] {"", "/emails", "/subscribers", "/emails/" + sequence.email("One")}) {
            assertThat(server.get(sequence.path() + path).status()).isEqualTo(404);
        }
        assertThat(server.put(sequence.path(), "{}").status()).isEqualTo(404);
        assertThat(server.delete(sequence.path()).status()).isEqualTo(404);
        assertThat(server.post(sequence.path() + "/subscribers/" + reader.id(), "{}")
                        .status())
                .isEqualTo(404);
        assertThat(server.get("/v4/sequences").at("/sequences")).isEmpty();
    }

    @Test
    void deleting_a_sequence_leaves_the_others_of_its_readers_alone() {
        var deleted = server.sequence(days("A", 1));
        var kept = server.sequence(days("B", 1));
        var reader = server.subscriber("reader@example.org", deleted);
        reader.joins(kept);

        deleted.delete();
        server.advance(ofDays(9));

        assertThat(reader.subjectsReceived()).containsExactly("B");
    }

    @Test
    void a_sequence_can_be_deleted_while_it_is_paused() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        sequence.change("{'active':false}");

        sequence.delete();
        server.advance(ofDays(9));

        assertThat(reader.subjectsReceived()).containsExactly("One");
    }

    @Test
    void what_is_queued_of_a_deleted_sequence_is_not_sent() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
            var sequence = server.sequence(immediate("Hello"), days("Next", 1));
            var reader = server.subscriber("reader@example.org", sequence);
            server.settle();

            sequence.delete();
            server.advance(ofDays(9));

            assertThat(relay.messages()).isEmpty();
            assertThat(reader.deliveries())
                    .singleElement()
                    .satisfies(delivery ->
                            assertThat(delivery.get("reason").asText()).isEqualTo("sequence_deleted"));
        }
    }

    @Test
    void an_email_on_its_way_is_stopped_before_its_dot_when_its_sequence_is_deleted() throws Exception {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            var open = new CountDownLatch(1);
            var begun = relay.on(Verb.MAIL, 250, "2.1.0 ok").times(1);
            relay.on(Verb.RCPT).after(open).times(1);
            var sequence = server.sequence(immediate("Hello"), days("Next", 1));
            var reader = server.subscriber("reader@example.org", sequence);

            var sending = CompletableFuture.runAsync(() -> server.settle());
            begun.awaitAnswered();
            sequence.delete();
            open.countDown();
            sending.get();
            server.advance(ofDays(9));

            assertThat(relay.messages()).isEmpty();
            assertThat(reader.deliveries())
                    .singleElement()
                    .satisfies(delivery ->
                            assertThat(delivery.get("reason").asText()).isEqualTo("sequence_deleted"));
        }
    }

    @Test
    void who_was_not_confirmed_yet_when_the_sequence_was_deleted_gets_nothing_after_the_confirmation() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org", "inactive");
        reader.joins(sequence);

        sequence.delete();
        reader.confirms();
        server.advance(ofDays(9));

        assertThat(reader.mail()).isEmpty();
    }
}
