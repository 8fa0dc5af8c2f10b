package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;

class FirstEmailTest extends Scenario {
    @Test
    void with_zero_days_it_goes_at_once_on_an_allowed_day() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();

        assertThat(reader.mail()).containsExactly(mail("Hello", "05T12:00"));
    }

    @Test
    void with_zero_days_it_waits_for_the_next_allowed_day_at_the_send_hour() {
        var sequence = server.sequence(
                "{'send_hour':14,'time_zone':'America/Chicago','send_days':['tuesday','thursday']}",
                immediate("Hello"),
                hours("Soon", 2),
                days("Later", 1));
        advanceTo("07T15:00");
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(14));

        assertThat(reader.mail())
                .containsExactly(mail("Hello", "08T20:00"), mail("Soon", "08T22:00"), mail("Later", "13T20:00"));
    }

    @Test
    void the_day_of_entry_is_judged_in_the_sequences_zone() {
        restartWith(TestServer.at("2026-01-05T03:00:00Z"));
        var settings = "{'send_hour':9,'time_zone':'America/Chicago','send_days':['%s']}";
        var onSundays = server.sequence(settings.formatted("sunday"), immediate("Sunday"));
        var onMondays = server.sequence(settings.formatted("monday"), immediate("Monday"));
        var reader = server.subscriber("reader@example.org", onSundays);
        reader.joins(onMondays);

        server.advance(ofDays(1));

        assertThat(reader.mail()).containsExactly(mail("Sunday", "05T03:00"), mail("Monday", "05T15:00"));
    }

    @Test
    void its_delay_in_days_counts_from_the_day_of_entry() {
        var reader = server.subscriber("reader@example.org", server.sequence(days("Hello", 3)));

        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "08T09:00"));
    }

    @Test
    void its_delay_in_hours_counts_from_the_second_of_entry() {
        server.advanceTo("2026-01-05T12:34:56Z");
        var reader = server.subscriber("reader@example.org", server.sequence(hours("Hello", 30)));

        server.advance(ofDays(10));

        assertThat(reader.mail().getFirst().at()).isEqualTo("2026-01-06T18:34:56Z");
    }

    @Test
    void who_finds_nothing_published_waits_and_their_clock_starts_when_something_is() {
        var sequence = server.sequence(days("One", 2).draft(), days("Two", 1).draft());
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("10T15:00");
        assertThat(reader.mail()).isEmpty();
        assertThat(sequence.members()).isOne();

        sequence.changeEmail("One", "{'published':true}");
        sequence.changeEmail("Two", "{'published':true}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "12T09:00"), mail("Two", "13T09:00"));
    }

    @Test
    void who_finds_no_email_at_all_gets_an_immediate_one_as_soon_as_it_is_published() {
        var sequence = server.sequence();
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("10T15:00");

        sequence.add(immediate("Hello").draft());
        server.settle();
        assertThat(reader.mail()).isEmpty();
        sequence.changeEmail("Hello", "{'published':true}");
        server.settle();

        assertThat(reader.mail()).containsExactly(mail("Hello", "10T15:00"));
    }

    @Test
    void a_clock_that_has_not_started_starts_at_the_publishing_even_while_the_sequence_is_paused() {
        var sequence = server.sequence(days("Hello", 4).draft());
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("06T12:00");
        sequence.change("{'active':false}");
        advanceTo("07T12:00");
        sequence.changeEmail("Hello", "{'published':true}");
        advanceTo("08T12:00");
        sequence.change("{'active':true}");

        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "11T09:00"));
    }

    @Test
    void a_clock_that_has_started_goes_on_when_the_only_email_is_unpublished_for_a_while() {
        var sequence = server.sequence(days("Hello", 4));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("06T12:00");
        sequence.changeEmail("Hello", "{'published':false}");
        advanceTo("07T12:00");
        sequence.changeEmail("Hello", "{'published':true}");

        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "09T09:00"));
    }

    @Test
    void an_immediate_first_email_that_is_published_late_goes_at_once_to_all_who_have_had_nothing() {
        var sequence = server.sequence(immediate("Hello").draft(), days("Tips", 5));
        var early = server.subscriber("early@example.org", sequence);
        advanceTo("11T12:00");
        var waiting = server.subscriber("waiting@example.org", sequence);
        advanceTo("12T15:00");

        sequence.changeEmail("Hello", "{'published':true}");
        server.advance(ofDays(20));

        assertThat(early.mail()).containsExactly(mail("Tips", "10T09:00"));
        assertThat(waiting.mail()).containsExactly(mail("Hello", "12T15:00"), mail("Tips", "17T09:00"));
    }

    @Test
    void a_first_email_in_days_that_is_published_late_goes_at_the_next_slot_to_those_who_wait_for_the_second() {
        var sequence = server.sequence(days("Hello", 1).draft(), days("Tips", 7));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("09T15:00");

        sequence.changeEmail("Hello", "{'published':true}");
        server.advance(ofDays(20));

        assertThat(reader.mail()).containsExactly(mail("Hello", "10T09:00"), mail("Tips", "17T09:00"));
    }

    @Test
    void only_the_first_email_may_have_zero_days() {
        var sequence = server.sequence(immediate("Hello"));

        var answer = server.post(
                sequence.path() + "/emails",
                TestServer.json("{'subject':'Second','delay_value':0,'delay_unit':'days','published':true}"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.errors()).containsExactly("delay_value must be greater than 0");
    }

    @Test
    void zero_days_behind_another_email_mean_the_next_slot() {
        var sequence = server.sequence(immediate("Hello").at(5));
        sequence.add(immediate("Before").at(2));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(5));

        assertThat(reader.mail()).containsExactly(mail("Before", "05T12:00"), mail("Hello", "06T09:00"));
    }
}
