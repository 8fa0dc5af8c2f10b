package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import org.junit.jupiter.api.Test;

class PositionsTest extends Scenario {
    @Test
    void the_order_is_that_of_the_positions_and_gaps_do_not_matter() {
        var sequence = server.sequence(
                days("Third", 1).at(900),
                days("Second", 1).at(40),
                immediate("First").at(7));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("First", "Second", "Third");
    }

    @Test
    void an_email_without_a_position_goes_to_the_end() {
        var sequence = server.sequence(immediate("First").at(7), days("Second", 1));

        assertThat(sequence.showEmail("Second").get("position").asInt()).isEqualTo(8);
    }

    @Test
    void a_position_that_is_taken_or_negative_is_refused_and_nothing_is_shifted() {
        var sequence = server.sequence(immediate("First"), days("Second", 1));

        var taken = server.put(sequence.path() + "/emails/" + sequence.email("Second"), json("{'position':0}"));
        var negative = server.put(sequence.path() + "/emails/" + sequence.email("Second"), json("{'position':-1}"));

        assertThat(taken.status()).isEqualTo(422);
        assertThat(taken.errors()).containsExactly("position has already been taken");
        assertThat(negative.status()).isEqualTo(422);
        assertThat(sequence.showEmail("First").get("position").asInt()).isZero();
    }

    @Test
    void a_deleted_email_frees_its_position_and_shifts_no_other() {
        var sequence = server.sequence(immediate("First"), days("Second", 1), days("Third", 1));

        sequence.deleteEmail("Second");
        assertThat(sequence.showEmail("Third").get("position").asInt()).isEqualTo(2);
        sequence.add(days("New second", 1).at(1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("First", "New second", "Third");
    }

    @Test
    void two_emails_that_swap_places_over_a_free_one_reach_those_ahead_in_their_new_order() {
        var sequence = server.sequence(immediate("A"), days("B", 1), days("C", 1), days("D", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        sequence.changeEmail("B", "{'position':9}");
        server.settle();
        sequence.changeEmail("C", "{'position':1}");
        server.settle();
        sequence.changeEmail("B", "{'position':2}");
        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("A", "C", "B", "D");
    }

    @Test
    void a_place_that_is_the_last_for_a_moment_completes_nobody() {
        var sequence = server.sequence(days("A", 1), days("B", 1), days("C", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("A", "{'position':9}");
        server.settle();
        sequence.changeEmail("A", "{'position':0}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("A", "06T09:00"), mail("B", "07T09:00"), mail("C", "08T09:00"));
    }

    @Test
    void an_email_that_moves_to_behind_a_subscribers_place_is_not_sent_to_them() {
        var sequence = server.sequence(
                immediate("A").at(10),
                days("B", 1).at(20),
                days("C", 1).at(30),
                days("D", 1).at(40));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("C", "{'position':15}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("A", "05T12:00"), mail("B", "06T09:00"), mail("D", "07T09:00"));
    }

    @Test
    void a_last_email_that_moves_to_behind_a_subscribers_place_is_not_sent_to_them() {
        var sequence = server.sequence(immediate("A"), days("B", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("A", "{'position':5,'delay_value':1}");
        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("A");
        assertThat(sequence.members()).isZero();
    }

    @Test
    void an_email_that_moves_to_ahead_of_a_subscribers_place_is_not_sent_to_them_twice() {
        var sequence = server.sequence(immediate("A"), days("B", 1), days("C", 1), days("D", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("A", "{'position':9,'delay_value':1}");
        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("A", "B", "C", "D");
    }

    @Test
    void a_subscribers_place_moves_with_the_email_they_had_last() {
        var sequence = server.sequence(
                immediate("A"), days("B", 1), days("C", 1), days("D", 1).at(9));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("B", "{'position':5}");
        server.advance(ofDays(10));

        assertThat(reader.subjectsReceived()).containsExactly("A", "B", "D");
    }

    @Test
    void renumbering_a_sequence_changes_nothing_for_those_inside() {
        var sequence = server.sequence(
                immediate("A").at(10),
                days("B", 1).at(20),
                days("C", 1).at(30),
                days("D", 1).at(40));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.changeEmail("A", "{'position':0}");
        sequence.changeEmail("B", "{'position':1}");
        sequence.changeEmail("C", "{'position':2}");
        sequence.changeEmail("D", "{'position':3}");
        server.advance(ofDays(10));

        assertThat(reader.mail())
                .containsExactly(
                        mail("A", "05T12:00"), mail("B", "06T09:00"), mail("C", "07T09:00"), mail("D", "08T09:00"));
    }
}
