package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;
import reynard.enrollment.Policies;
import reynard.enrollment.Policies.Completing;
import reynard.enrollment.Policies.Inserted;
import reynard.testing.TestServer;

class PoliciesTest extends Scenario {
    @Test
    void with_inserted_send_now_an_email_inserted_before_a_subscribers_place_goes_to_them_at_once() {
        restartWith(TestServer.with(new Policies(Inserted.SEND_NOW, Completing.EVERYONE)));
        var sequence = server.sequence(
                immediate("One").at(3), days("Two", 2).at(6), days("Three", 2).at(9));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.add(immediate("Zero").at(1));
        server.advance(ofDays(10));

        // What comes next counts from it, as from every email.
        assertThat(reader.mail())
                .containsExactly(
                        mail("One", "05T12:00"),
                        mail("Zero", "06T12:00"),
                        mail("Two", "08T09:00"),
                        mail("Three", "10T09:00"));
    }

    @Test
    void with_inserted_send_now_a_draft_published_before_a_subscribers_place_goes_once() {
        restartWith(TestServer.with(new Policies(Inserted.SEND_NOW, Completing.EVERYONE)));
        var sequence = server.sequence(immediate("One"), days("Draft", 5).draft(), days("Two", 1), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("06T10:00");

        sequence.changeEmail("Draft", "{'published':true}");
        server.advance(ofDays(10));

        assertThat(reader.mail())
                .containsExactly(
                        mail("One", "05T12:00"),
                        mail("Two", "06T09:00"),
                        mail("Draft", "06T10:00"),
                        mail("Three", "07T09:00"));
    }

    @Test
    void with_completing_automation_only_who_was_added_by_the_api_stays_and_gets_what_is_appended() {
        restartWith(TestServer.with(new Policies(Inserted.FORWARD_ONLY, Completing.AUTOMATION_ONLY)));
        var sequence = server.sequence(immediate("One"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        assertThat(sequence.members()).isOne();

        sequence.add(days("Two", 1));
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Two", "06T09:00"));
    }
}
