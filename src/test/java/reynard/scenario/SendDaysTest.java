package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import org.junit.jupiter.api.Test;

class SendDaysTest extends Scenario {
    private static final String WEEKENDS = "{'send_hour':9,'time_zone':'Etc/UTC','send_days':['saturday','sunday']}";

    @Test
    void an_email_in_days_waits_for_the_next_allowed_day() {
        var reader = server.subscriber(
                "reader@example.org", server.sequence(WEEKENDS, days("One", 1), days("Two", 1), days("Three", 1)));

        server.advance(ofDays(30));

        assertThat(reader.mail())
                .containsExactly(mail("One", "10T09:00"), mail("Two", "11T09:00"), mail("Three", "17T09:00"));
    }

    @Test
    void an_emails_own_days_replace_those_of_the_sequence() {
        var sequence = server.sequence(WEEKENDS, days("Own", 1).on("wednesday"), days("Usual", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(30));

        assertThat(reader.mail()).containsExactly(mail("Own", "07T09:00"), mail("Usual", "10T09:00"));
    }

    @Test
    void an_immediate_email_keeps_its_own_days_too() {
        var sequence = server.sequence(immediate("Own").on("wednesday"));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(30));

        assertThat(reader.mail()).containsExactly(mail("Own", "07T09:00"));
    }

    @Test
    void all_seven_days_on_an_email_say_nothing_of_their_own() {
        var sequence = server.sequence(
                WEEKENDS,
                days("All", 1).on("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(30));

        assertThat(reader.mail()).containsExactly(mail("All", "10T09:00"));
    }

    @Test
    void null_takes_an_emails_own_days_back() {
        var sequence = server.sequence(WEEKENDS, days("Hello", 1).on("friday"));
        var reader = server.subscriber("reader@example.org", sequence);

        var email = sequence.changeEmail("Hello", "{'send_days':null}");
        server.advance(ofDays(30));

        assertThat(email.get("send_days")).hasSize(7);
        assertThat(reader.mail()).containsExactly(mail("Hello", "10T09:00"));
    }

    @Test
    void an_email_in_hours_has_no_send_days_and_refuses_them() {
        var sequence = server.sequence(hours("Hello", 1));

        var answer =
                server.put(sequence.path() + "/emails/" + sequence.email("Hello"), json("{'send_days':['monday']}"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(sequence.showEmail("Hello").get("send_days").isNull()).isTrue();
    }

    @Test
    void without_any_send_day_emails_in_days_stop_and_emails_in_hours_go_on() {
        var sequence = server.sequence(
                "{'send_hour':9,'time_zone':'Etc/UTC','send_days':[]}", hours("One", 1), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(100));

        assertThat(reader.mail()).containsExactly(mail("One", "05T13:00"));
        assertThat(sequence.members()).isOne();
    }

    @Test
    void when_send_days_are_given_back_what_is_overdue_goes_at_the_next_slot_and_only_once() {
        var sequence = server.sequence(days("One", 1), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'send_days':[]}");
        advanceTo("16T12:00");
        assertThat(reader.mail()).isEmpty();

        sequence.change("{'send_days':['monday','tuesday']}");
        server.advance(ofDays(30));

        assertThat(reader.mail()).containsExactly(mail("One", "19T09:00"), mail("Two", "20T09:00"));
    }

    @Test
    void when_send_days_are_given_back_in_time_no_date_has_moved() {
        var sequence = server.sequence(days("One", 4));
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'send_days':[]}");
        advanceTo("08T12:00");

        sequence.change("{'send_days':['friday']}");
        server.advance(ofDays(30));

        assertThat(reader.mail()).containsExactly(mail("One", "09T09:00"));
    }
}
