package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

class LeavingTest extends Scenario {
    @Test
    void who_unsubscribes_in_mid_sequence_gets_no_further_email() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello"), days("Tips", 2)));

        server.advance(ofDays(1));
        reader.unsubscribes();
        server.advance(ofDays(30));

        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void unsubscribing_ends_every_sequence_and_keeps_the_tags() {
        var first = server.sequence(immediate("A1"), days("A2", 1));
        var second = server.sequence(immediate("B1"), days("B2", 1));
        var reader = server.subscriber("reader@example.org", first);
        reader.joins(second);
        long tag = server.tag("customer");
        reader.getsTag(tag);
        server.settle();

        reader.unsubscribes();
        server.advance(ofDays(9));

        assertThat(reader.subjectsReceived()).containsExactlyInAnyOrder("A1", "B1");
        assertThat(first.members()).isZero();
        assertThat(second.members()).isZero();
        assertThat(reader.state()).isEqualTo("cancelled");
        assertThat(server.get("/v4/subscribers/" + reader.id() + "/tags").each("tags", "name"))
                .containsExactly("customer");
    }

    @Test
    void the_link_in_an_email_unsubscribes() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello"), days("Tips", 2)));
        server.settle();

        reader.unsubscribesByLink();
        server.advance(ofDays(9));

        assertThat(reader.state()).isEqualTo("cancelled");
        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void who_leaves_stays_listed_among_the_sequences_cancelled_members() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        reader.unsubscribes();

        var listed = server.get(sequence.path() + "/subscribers?status=cancelled");

        assertThat(listed.each("subscribers", "state")).containsExactly("cancelled");
    }

    @Test
    void a_queued_email_is_taken_back_when_its_reader_leaves() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
            var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));
            server.settle();

            reader.unsubscribes();
            server.advance(ofDays(9));

            assertThat(relay.messages()).isEmpty();
            assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("unsubscribed");
        }
    }

    @Test
    void a_hard_bounce_ends_every_sequence_of_its_reader_and_of_nobody_else() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 550, "5.1.1 no such user").to("gone@");
            var first = server.sequence(immediate("A1"), days("A2", 1));
            var second = server.sequence(days("B1", 1));
            var gone = server.subscriber("gone@example.org", first);
            gone.joins(second);
            server.subscriber("here@example.org", first);

            server.advance(ofDays(9));

            assertThat(gone.state()).isEqualTo("bounced");
            assertThat(gone.deliveries()).hasSize(1);
            assertThat(first.members()).isZero();
            assertThat(relay.messages()).hasSize(2);
        }
    }

    @Test
    void who_is_taken_for_active_again_by_an_upsert_stays_away_and_gets_nothing() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        reader.unsubscribes();

        server.subscriber("reader@example.org", "active");
        reader.joins(sequence);
        server.advance(ofDays(9));

        assertThat(reader.state()).isEqualTo("cancelled");
        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void being_removed_from_one_sequence_leaves_the_others_alone() {
        var first = server.sequence(days("A", 1));
        var second = server.sequence(days("B", 1));
        var reader = server.subscriber("reader@example.org", first);
        reader.joins(second);

        reader.isRemovedFrom(first);
        server.advance(ofDays(9));

        assertThat(reader.state()).isEqualTo("active");
        assertThat(reader.subjectsReceived()).containsExactly("B");
    }

    @Test
    void who_leaves_while_their_refused_email_is_on_its_way_is_not_tried_again() throws Exception {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            var open = new java.util.concurrent.CountDownLatch(1);
            var begun = relay.on(Verb.MAIL, 250, "2.1.0 ok").times(1);
            relay.on(Verb.RCPT, 451, "4.7.1 later").after(open).times(1);
            var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

            var sending = java.util.concurrent.CompletableFuture.runAsync(() -> server.settle());
            begun.awaitAnswered();
            reader.unsubscribes();
            open.countDown();
            sending.get();
            server.advance(ofDays(9));

            assertThat(relay.messages()).isEmpty();
            assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("skipped");
            assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("unsubscribed");
        }
    }

    @Test
    void who_is_taken_out_while_their_refused_email_is_on_its_way_is_not_tried_again() throws Exception {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            var open = new java.util.concurrent.CountDownLatch(1);
            var begun = relay.on(Verb.MAIL, 250, "2.1.0 ok").times(1);
            relay.on(Verb.RCPT, 451, "4.7.1 later").after(open).times(1);
            var sequence = server.sequence(immediate("Hello"));
            var reader = server.subscriber("reader@example.org", sequence);

            var sending = java.util.concurrent.CompletableFuture.runAsync(() -> server.settle());
            begun.awaitAnswered();
            reader.isRemovedFrom(sequence);
            open.countDown();
            sending.get();
            server.advance(ofDays(9));

            assertThat(relay.messages()).isEmpty();
            assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("skipped");
            assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("removed_from_sequence");
        }
    }
}
