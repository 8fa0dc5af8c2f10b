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

class RepeatTest extends Scenario {
    private static final String REPEATING = "{'send_hour':9,'time_zone':'Etc/UTC','repeat':true}";

    @Test
    void with_repeat_being_added_again_starts_over_answers_200_and_gives_a_new_time_of_entry() {
        var sequence = server.sequence(REPEATING, immediate("One"), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(3));

        var answer = reader.joins(sequence);
        server.advance(ofDays(3));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/subscriber/added_at").asText()).isEqualTo("2026-01-08T12:00:00Z");
        assertThat(reader.mail())
                .containsExactly(
                        mail("One", "05T12:00"),
                        mail("Two", "06T09:00"),
                        mail("One", "08T12:00"),
                        mail("Two", "09T09:00"));
    }

    @Test
    void without_repeat_no_email_is_ever_sent_twice() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(3));

        reader.joins(sequence);
        server.advance(ofDays(3));

        assertThat(reader.subjectsReceived()).containsExactly("One", "Two");
    }

    @Test
    void a_restart_in_the_middle_leaves_nobody_at_two_places() {
        var sequence = server.sequence(REPEATING, immediate("One"), days("Two", 2), days("Three", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("08T12:00");

        reader.joins(sequence);
        server.advance(ofDays(20));

        assertThat(reader.mail())
                .containsExactly(
                        mail("One", "05T12:00"),
                        mail("Two", "07T09:00"),
                        mail("One", "08T12:00"),
                        mail("Two", "10T09:00"),
                        mail("Three", "12T09:00"));
    }

    @Test
    void every_run_has_its_own_rows_in_the_ledger() {
        var sequence = server.sequence(REPEATING, immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        reader.joins(sequence);
        server.settle();
        reader.joins(sequence);
        server.settle();

        assertThat(reader.deliveries())
                .extracting(delivery -> delivery.get("run").asInt())
                .containsExactly(1, 2, 3);
        assertThat(reader.subjectsReceived()).containsExactly("One", "One", "One");
    }

    @Test
    void a_restart_takes_back_what_the_old_run_had_queued() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
            var sequence = server.sequence(REPEATING, immediate("One"));
            var reader = server.subscriber("reader@example.org", sequence);
            server.settle();

            reader.joins(sequence);
            server.advance(ofDays(3));

            assertThat(reader.deliveries())
                    .extracting(delivery -> delivery.get("state").asText())
                    .containsExactly("skipped", "sent");
            assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("restarted");
            assertThat(relay.messages()).hasSize(1);
        }
    }

    @Test
    void a_restart_while_a_refused_email_of_the_old_run_is_on_its_way_does_not_try_it_again() throws Exception {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            var open = new CountDownLatch(1);
            var begun = relay.on(Verb.MAIL, 250, "2.1.0 ok").times(1);
            relay.on(Verb.RCPT, 451, "4.7.1 later").after(open).times(1);
            var sequence = server.sequence(REPEATING, immediate("One"));
            var reader = server.subscriber("reader@example.org", sequence);

            var sending = CompletableFuture.runAsync(() -> server.settle());
            begun.awaitAnswered();
            reader.joins(sequence);
            open.countDown();
            sending.get();
            server.advance(ofDays(3));

            assertThat(relay.messages()).hasSize(1);
            assertThat(reader.deliveries())
                    .extracting(delivery -> delivery.get("run").asInt() + " "
                            + delivery.get("state").asText() + " "
                            + delivery.get("reason").asText())
                    .containsExactly("1 skipped restarted", "2 sent null");
        }
    }

    @Test
    void repeat_switched_off_lets_those_under_way_finish_and_nobody_start_over() {
        var sequence = server.sequence(REPEATING, immediate("One"), days("Two", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(4));
        reader.joins(sequence);
        server.settle();

        sequence.change("{'repeat':false}");
        reader.joins(sequence);
        server.advance(ofDays(9));
        reader.joins(sequence);
        server.advance(ofDays(9));

        assertThat(reader.subjectsReceived()).containsExactly("One", "Two", "One", "Two");
    }

    @Test
    void a_restart_does_not_reach_who_has_left_the_list() {
        var sequence = server.sequence(REPEATING, immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        reader.unsubscribes();

        assertThat(reader.joins(sequence).status()).isEqualTo(200);
        server.advance(ofDays(9));

        assertThat(reader.subjectsReceived()).containsExactly("One");
    }

    @Test
    void exclusions_hold_in_every_run() {
        long tag = server.tag("customer");
        var sequence = server.sequence(
                "{'repeat':true,'time_zone':'Etc/UTC','exclude_subscriber_sources':[{'type':'tag','ids':[%d]}]}"
                        .formatted(tag),
                immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        reader.getsTag(tag);

        reader.joins(sequence);
        server.advance(ofDays(1));

        assertThat(reader.subjectsReceived()).containsExactly("One");
        assertThat(reader.deliveries().getLast().get("reason").asText()).isEqualTo("excluded_by_tag");
    }
}
