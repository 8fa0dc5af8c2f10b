package reynard.scenario;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

class EditingInMidFlightTest extends Scenario {
    @Test
    void an_email_appended_while_a_subscriber_is_on_the_way_reaches_them() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.add(days("Three", 1));
        server.advance(ofDays(10));

        assertThat(reader.mail())
                .containsExactly(mail("One", "05T12:00"), mail("Two", "06T09:00"), mail("Three", "07T09:00"));
    }

    @Test
    void an_email_appended_after_a_subscriber_has_completed_does_not_reach_them() {
        var sequence = server.sequence(immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.add(days("Two", 1));
        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("One");
    }

    @Test
    void an_email_inserted_ahead_of_a_subscribers_place_comes_first_and_the_next_counts_from_it() {
        var sequence = server.sequence(immediate("One").at(0), days("Three", 4).at(9));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.add(days("Two", 2).at(5));
        server.advance(ofDays(20));

        assertThat(reader.mail())
                .containsExactly(mail("One", "05T12:00"), mail("Two", "07T09:00"), mail("Three", "11T09:00"));
    }

    @Test
    void an_email_inserted_ahead_whose_date_has_passed_goes_at_the_next_slot_and_not_at_once() {
        var sequence = server.sequence(immediate("One").at(0), days("Three", 10).at(9));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("09T10:00");

        sequence.add(days("Two", 1).at(5));
        server.advance(ofDays(5));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "10T09:00"));
    }

    @Test
    void an_email_inserted_before_a_subscribers_place_is_not_sent_to_them() {
        var sequence = server.sequence(immediate("One").at(3), days("Two", 2).at(6));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.add(immediate("Zero").at(1));
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "07T09:00"));
    }

    @Test
    void who_waits_for_an_email_that_is_unpublished_goes_on_to_the_next_published_one() {
        var sequence = server.sequence(immediate("One"), days("Two", 3), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofHours(1));

        sequence.changeEmail("Two", "{'published':false}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Three", "06T09:00"));
    }

    @Test
    void an_email_unpublished_and_published_again_in_time_keeps_its_date() {
        var sequence = server.sequence(immediate("One"), days("Two", 3), days("Three", 9));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.changeEmail("Two", "{'published':false}");
        server.advance(ofDays(1));
        sequence.changeEmail("Two", "{'published':true}");
        server.advance(ofDays(5));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "08T09:00"));
    }

    @Test
    void the_last_email_unpublished_and_published_again_in_time_still_reaches_those_who_wait_for_it() {
        var sequence = server.sequence(immediate("One"), days("Two", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.changeEmail("Two", "{'published':false}");
        server.advance(ofDays(1));
        sequence.changeEmail("Two", "{'published':true}");
        server.advance(ofDays(5));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "08T09:00"));
    }

    @Test
    void a_last_email_that_is_replaced_reaches_those_who_waited_for_the_old_one() {
        var sequence = server.sequence(immediate("One"), days("Two", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.deleteEmail("Two");
        server.advance(ofDays(1));
        sequence.add(days("New two", 4));
        server.advance(ofDays(9));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("New two", "09T09:00"));
    }

    @Test
    void who_waits_for_a_last_email_that_does_not_come_back_completes_when_it_would_have_gone_out() {
        var sequence = server.sequence(immediate("One"), days("Two", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.deleteEmail("Two");
        server.advance(ofDays(1));
        assertThat(sequence.members()).isOne();
        server.advance(ofDays(3));

        assertThat(sequence.members()).isZero();
        sequence.add(days("Three", 1));
        server.advance(ofDays(9));
        assertThat(reader.subjectsReceived()).containsExactly("One");
    }

    @Test
    void who_waits_for_an_email_that_is_deleted_goes_on_and_the_delay_counts_from_the_last_one_sent() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 4));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofHours(1));

        sequence.deleteEmail("Two");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Three", "09T09:00"));
    }

    @Test
    void what_is_overdue_after_a_deletion_goes_at_the_next_slot() {
        var sequence = server.sequence(immediate("One"), days("Two", 9), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("10T12:00");

        sequence.deleteEmail("Two");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Three", "11T09:00"));
    }

    @Test
    void who_had_an_email_that_is_deleted_later_keeps_their_place() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.deleteEmail("Two");
        server.advance(ofDays(10));

        assertThat(reader.mail())
                .containsExactly(mail("One", "05T12:00"), mail("Two", "06T09:00"), mail("Three", "08T09:00"));
    }

    @Test
    void an_email_that_is_deleted_while_it_is_queued_is_not_sent_and_its_readers_go_on() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
            var sequence = server.sequence(immediate("One"), days("Two", 1));
            var reader = server.subscriber("reader@example.org", sequence);
            server.settle();

            sequence.deleteEmail("One");
            server.advance(ofDays(5));

            assertThat(reader.deliveries())
                    .extracting(
                            delivery -> delivery.get("state").asText(),
                            delivery -> delivery.get("reason").asText())
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("skipped", "email_deleted"),
                            org.assertj.core.groups.Tuple.tuple("sent", "null"));
            assertThat(reader.deliveries().getLast().get("due_at").asText()).isEqualTo("2026-01-06T09:00:00Z");
            assertThat(relay.messages())
                    .singleElement()
                    .satisfies(message -> assertThat(message.header("Subject")).isEqualTo("Two"));
        }
    }

    @Test
    void an_email_that_is_unpublished_while_it_is_queued_is_not_sent_and_its_readers_go_on() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
            var sequence = server.sequence(immediate("One"), days("Two", 1));
            var reader = server.subscriber("reader@example.org", sequence);
            server.settle();

            sequence.changeEmail("One", "{'published':false}");
            server.advance(ofDays(5));

            assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("email_unpublished");
            assertThat(relay.messages())
                    .singleElement()
                    .satisfies(message -> assertThat(message.header("Subject")).isEqualTo("Two"));
        }
    }

    @Test
    void a_changed_delay_moves_those_who_wait_for_the_email_from_the_same_anchor() {
        var sequence = server.sequence(immediate("One"), days("Two", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("Two", "{'delay_value':5}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "10T09:00"));
    }

    @Test
    void a_delay_in_days_whose_date_has_passed_means_the_next_slot() {
        var sequence = server.sequence(immediate("One"), days("Two", 9));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("09T10:00");

        sequence.changeEmail("Two", "{'delay_value':1}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "10T09:00"));
    }

    @Test
    void a_delay_in_hours_whose_instant_has_passed_means_at_once() {
        var sequence = server.sequence(immediate("One"), hours("Two", 100));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("06T10:20");

        sequence.changeEmail("Two", "{'delay_value':2}");
        server.settle();

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "06T10:20"));
    }

    @Test
    void a_delay_can_change_from_days_to_hours() {
        var sequence = server.sequence(immediate("One"), days("Two", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.changeEmail("Two", "{'delay_value':7,'delay_unit':'hours'}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "05T19:00"));
    }

    @Test
    void subject_and_content_are_those_of_the_moment_of_sending() {
        var sequence = server.sequence(days("Old", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.changeEmail("Old", "{'subject':'New','content':'<p>fresh words</p>'}");
        server.advance(ofDays(2));

        assertThat(reader.mail()).containsExactly(mail("New", "06T09:00"));
        assertThat(reader.lastMail().get("html").asText()).contains("fresh words");
    }

    @Test
    void an_edit_at_the_very_moment_an_email_is_due_does_not_put_it_off() {
        var sequence = server.sequence(days("One", 1), days("Two", 5));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("06T08:00");

        sequence.changeEmail("Two", "{'delay_value':4}");
        advanceTo("06T09:00");
        sequence.changeEmail("Two", "{'delay_value':3}");
        server.settle();

        assertThat(reader.mail()).containsExactly(mail("One", "06T09:00"));
    }
}
