package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;

class DraftsTest extends Scenario {
    @Test
    void a_draft_is_stepped_over_and_its_delay_is_not_added() {
        var sequence = server.sequence(immediate("One"), days("Draft", 10).draft(), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(30));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "06T09:00"));
    }

    @Test
    void a_new_email_is_a_draft_unless_it_says_otherwise() {
        var sequence = server.sequence();

        var email = server.post(
                sequence.path() + "/emails",
                reynard.testing.TestServer.json("{'subject':'New','delay_value':1,'delay_unit':'days'}"));

        assertThat(email.at("/email/published").asBoolean()).isFalse();
    }

    @Test
    void behind_the_last_published_email_drafts_hold_nobody() {
        var sequence = server.sequence(immediate("One"), days("Draft", 1).draft());
        server.subscriber("reader@example.org", sequence);

        server.settle();

        assertThat(sequence.members()).isZero();
    }

    @Test
    void a_draft_that_is_published_ahead_of_a_subscribers_place_reaches_them() {
        var sequence = server.sequence(immediate("One"), days("Draft", 2).draft(), days("Three", 5));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("Draft", "{'published':true}");
        server.advance(ofDays(30));

        assertThat(reader.mail())
                .containsExactly(mail("One", "05T12:00"), mail("Draft", "07T09:00"), mail("Three", "12T09:00"));
    }

    @Test
    void a_draft_that_is_published_behind_a_subscribers_place_does_not_reach_them() {
        var sequence = server.sequence(immediate("One"), days("Draft", 2).draft(), days("Three", 1), days("Four", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("Draft", "{'published':true}");
        server.advance(ofDays(30));

        assertThat(reader.subjectsReceived()).containsExactly("One", "Three", "Four");
    }
}
