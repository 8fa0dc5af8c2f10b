package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;

class HoldTest extends Scenario {
    private static final String HOLDING = "{'send_hour':9,'time_zone':'Etc/UTC','hold':true}";

    @Test
    void without_hold_everyone_completes_after_the_last_published_email() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        server.subscriber("reader@example.org", sequence);

        server.settle();
        assertThat(sequence.members()).isOne();
        server.advance(ofDays(1));

        assertThat(sequence.members()).isZero();
    }

    @Test
    void with_hold_everyone_stays_after_the_last_email_and_gets_what_is_appended() {
        var sequence = server.sequence(HOLDING, immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));
        assertThat(sequence.members()).isOne();

        sequence.add(days("Two", 4));
        server.advance(ofDays(30));
        sequence.add(days("Three", 4));
        server.advance(ofDays(3));

        // The second counts from the first; the third would have been due long ago and goes at the next slot.
        assertThat(reader.mail().subList(0, 2)).containsExactly(mail("One", "05T12:00"), mail("Two", "09T09:00"));
        assertThat(reader.mail().getLast().toString()).isEqualTo("Three @ 2026-02-06T09:00:00Z");
    }

    @Test
    void with_hold_an_email_in_hours_that_is_appended_late_goes_at_once() {
        var sequence = server.sequence(HOLDING, immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("20T15:00");

        sequence.add(hours("Two", 1));
        server.settle();

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "20T15:00"));
    }

    @Test
    void with_hold_a_draft_at_the_end_reaches_those_who_stay_when_it_is_published() {
        var sequence = server.sequence(HOLDING, immediate("One"), days("Two", 2).draft());
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("Two", "{'published':true}");
        server.advance(ofDays(9));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "07T09:00"));
    }

    @Test
    void hold_switched_off_completes_those_who_stayed() {
        var sequence = server.sequence(HOLDING, immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.change("{'hold':false}");
        server.settle();
        assertThat(sequence.members()).isZero();
        sequence.add(days("Two", 1));
        server.advance(ofDays(9));

        assertThat(reader.subjectsReceived()).containsExactly("One");
    }

    @Test
    void hold_switched_on_does_not_bring_back_those_who_have_completed() {
        var sequence = server.sequence(immediate("One"));
        var done = server.subscriber("done@example.org", sequence);
        server.settle();

        sequence.change("{'hold':true}");
        var later = server.subscriber("later@example.org", sequence);
        server.settle();
        sequence.add(days("Two", 1));
        server.advance(ofDays(9));

        assertThat(done.subjectsReceived()).containsExactly("One");
        assertThat(later.subjectsReceived()).containsExactly("One", "Two");
    }
}
