package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

class PausingAndResumingTest extends Scenario {
    @Test
    void a_paused_sequence_sends_nothing_and_everyone_keeps_their_place() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.change("{'active':false}");
        server.advance(ofDays(60));

        assertThat(reader.subjectsReceived()).containsExactly("One");
        assertThat(sequence.members()).isOne();
    }

    @Test
    void who_is_not_overdue_when_it_resumes_keeps_their_date() {
        var sequence = server.sequence(immediate("One"), days("Two", 5));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.change("{'active':false}");
        server.advance(ofDays(2));
        sequence.change("{'active':true}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "10T09:00"));
    }

    @Test
    void overdue_emails_in_days_go_at_the_next_slot_after_it_resumes() {
        var sequence = server.sequence(
                "{'send_hour':9,'time_zone':'Etc/UTC','send_days':['tuesday']}", days("One", 1), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'active':false}");
        advanceTo("09T12:00");

        sequence.change("{'active':true}");
        server.advance(ofDays(20));

        assertThat(reader.mail()).containsExactly(mail("One", "13T09:00"), mail("Two", "20T09:00"));
    }

    @Test
    void overdue_emails_in_hours_go_when_it_resumes() {
        var sequence = server.sequence(immediate("One"), hours("Two", 2), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        sequence.change("{'active':false}");
        advanceTo("09T12:30");

        sequence.change("{'active':true}");
        server.advance(ofDays(10));

        assertThat(reader.mail())
                .containsExactly(mail("One", "05T12:00"), mail("Two", "09T12:30"), mail("Three", "10T09:00"));
    }

    @Test
    void after_a_long_pause_one_email_goes_and_the_next_delay_counts_from_it() {
        var sequence = server.sequence(hours("One", 1), hours("Two", 1), hours("Three", 1), days("Four", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'active':false}");
        advanceTo("20T12:00");

        sequence.change("{'active':true}");
        server.settle();
        assertThat(reader.subjectsReceived()).containsExactly("One");
        server.advance(ofDays(10));

        assertThat(reader.mail())
                .containsExactly(
                        mail("One", "20T12:00"),
                        mail("Two", "20T13:00"),
                        mail("Three", "20T14:00"),
                        mail("Four", "22T09:00"));
    }

    @Test
    void an_immediate_first_email_of_a_pause_goes_when_the_sequence_resumes() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'active':false}");
        server.advance(ofDays(3));
        assertThat(reader.mail()).isEmpty();

        sequence.change("{'active':true}");
        server.settle();

        assertThat(reader.mail()).containsExactly(mail("Hello", "08T12:00"));
    }

    @Test
    void an_email_that_waits_for_its_next_try_stays_queued_in_a_pause_and_goes_when_it_is_over() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
            var sequence = server.sequence(immediate("One"), days("Two", 1));
            var reader = server.subscriber("reader@example.org", sequence);
            server.settle();

            sequence.change("{'active':false}");
            server.advance(ofDays(2));
            assertThat(relay.messages()).isEmpty();
            assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("deferred");
            sequence.change("{'active':true}");
            server.settle();

            assertThat(relay.messages()).hasSize(1);
            assertThat(reader.deliveries().getFirst().get("settled_at").asText())
                    .isEqualTo("2026-01-07T12:00:00Z");
        }
    }

    @Test
    void who_confirms_in_a_pause_has_a_clock_that_runs() {
        var sequence = server.sequence(days("Hello", 5));
        var reader = server.subscriber("reader@example.org", "inactive");
        reader.joins(sequence);
        sequence.change("{'active':false}");
        advanceTo("06T15:00");
        reader.confirms();
        advanceTo("07T15:00");

        sequence.change("{'active':true}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "11T09:00"));
    }

    @Test
    void edits_in_a_pause_count_when_it_is_over_and_lose_nobody() {
        var sequence = server.sequence(immediate("One"), days("Two", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.change("{'active':false}");
        server.settle();
        sequence.deleteEmail("Two");
        server.advance(ofDays(1));
        sequence.add(days("New two", 4));
        server.advance(ofDays(1));
        sequence.change("{'active':true}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("New two", "09T09:00"));
    }

    @Test
    void who_has_nothing_left_when_the_sequence_resumes_completes() {
        var sequence = server.sequence(immediate("One"), days("Two", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        sequence.change("{'active':false}");
        sequence.deleteEmail("Two");
        server.advance(ofDays(1));
        assertThat(sequence.members()).isOne();

        sequence.change("{'active':true}");
        server.settle();

        assertThat(sequence.members()).isZero();
        assertThat(reader.subjectsReceived()).containsExactly("One");
    }

    @Test
    void who_unsubscribes_in_a_pause_gets_nothing_when_it_is_over() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        sequence.change("{'active':false}");
        reader.unsubscribes();

        sequence.change("{'active':true}");
        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("One");
    }
}
