package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer.Reader;
import reynard.testing.TestServer.Sequence;

class JoiningTest extends Scenario {
    @Test
    void joining_answers_201_with_the_time_of_entry_and_joining_again_200_with_the_same() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org");

        var first = reader.joins(sequence);
        server.advance(ofDays(1));
        var again = reader.joins(sequence);
        server.advance(ofDays(1));

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.at("/subscriber/added_at").asText()).isEqualTo("2026-01-05T12:00:00Z");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.at("/subscriber/added_at").asText()).isEqualTo("2026-01-05T12:00:00Z");
        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void joining_again_in_the_middle_changes_no_date() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 2));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(1));
        reader.joins(sequence);
        server.advance(ofDays(7));

        assertThat(reader.mail()).containsExactly(mail("Hello", "05T12:00"), mail("Tips", "07T09:00"));
    }

    @Test
    void requests_at_the_same_instant_make_one_member() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org");

        var statuses = IntStream.range(0, 8)
                .mapToObj(_ -> CompletableFuture.supplyAsync(
                        () -> reader.joins(sequence).status()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .sorted()
                .toList();
        server.settle();

        assertThat(statuses).containsExactly(200, 200, 200, 200, 200, 200, 200, 201);
        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void a_subscriber_joins_by_id_or_by_email_address_whatever_its_case() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("Reader@example.org");

        var answer = server.post(sequence.path() + "/subscribers", json("{'email_address':' READER@example.org '}"));
        server.settle();

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.at("/subscriber/id").asLong()).isEqualTo(reader.id());
        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void only_existing_subscribers_join_and_only_existing_sequences_take_them() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org");

        assertThat(server.post(sequence.path() + "/subscribers/99999999", "{}").status())
                .isEqualTo(404);
        assertThat(server.post(sequence.path() + "/subscribers", json("{'email_address':'nobody@example.org'}"))
                        .status())
                .isEqualTo(404);
        assertThat(server.post("/v4/sequences/99999999/subscribers/" + reader.id(), "{}")
                        .status())
                .isEqualTo(404);
        assertThat(server.post(sequence.path() + "/subscribers", "{}").errors())
                .containsExactly("Either subscriber id or email address is required to add subscriber to sequence");
    }

    @Test
    void an_inactive_sequence_takes_nobody() {
        var sequence = server.sequence("{'active':false}", immediate("Hello"));
        var reader = server.subscriber("reader@example.org");

        var byId = server.post(sequence.path() + "/subscribers/" + reader.id(), "{}");
        var byEmail = server.post(sequence.path() + "/subscribers", json("{'email_address':'reader@example.org'}"));

        assertThat(byId.status()).isEqualTo(422);
        assertThat(byId.errors()).containsExactly("Sequence is inactive");
        assertThat(byEmail.status()).isEqualTo(422);
        assertThat(byEmail.errors()).containsExactly("Sequence is inactive");
    }

    @Test
    void an_unconfirmed_subscriber_waits_and_their_clock_starts_at_the_confirmation() {
        var sequence = server.sequence(days("One", 1), days("Two", 2));
        var reader = server.subscriber("reader@example.org", "inactive");
        reader.joins(sequence);

        server.advance(ofDays(10));
        assertThat(reader.mail()).isEmpty();
        assertThat(sequence.members()).isZero();
        reader.confirms();
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "16T09:00"), mail("Two", "18T09:00"));
    }

    @Test
    void an_unconfirmed_subscriber_who_confirms_gets_an_immediate_first_email_at_once() {
        var reader = server.subscriber("reader@example.org", "inactive");
        reader.joins(server.sequence(immediate("Hello")));

        advanceTo("07T20:15");
        reader.confirms();
        server.settle();

        assertThat(reader.mail()).containsExactly(mail("Hello", "07T20:15"));
    }

    @Test
    void an_unconfirmed_subscriber_who_unsubscribes_gets_nothing() {
        var reader = server.subscriber("reader@example.org", "inactive");
        reader.joins(server.sequence(immediate("Hello")));

        reader.unsubscribes();
        server.advance(ofDays(10));

        assertThat(reader.mail()).isEmpty();
    }

    @Test
    void who_has_left_the_list_may_be_added_and_gets_nothing() {
        var sequence = server.sequence(immediate("Hello"));
        for (var state : new String[] {"cancelled", "bounced", "complained"}) {
            var reader = server.subscriber(state + "@example.org", state);

            assertThat(reader.joins(sequence).status()).isEqualTo(201);
            assertThat(reader.joins(sequence).status()).isEqualTo(200);
            server.advance(ofDays(3));

            assertThat(reader.mail()).isEmpty();
            assertThat(reader.deliveries()).isEmpty();
        }
        assertThat(sequence.members()).isZero();
        assertThat(server.get(sequence.path() + "/subscribers?status=cancelled").each("subscribers", "email_address"))
                .containsExactly("cancelled@example.org");
    }

    @Test
    void a_subscriber_walks_through_several_sequences_at_once_each_on_its_own_clock() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("A1"), days("A2", 3)));
        advanceTo("06T15:00");
        reader.joins(server.sequence("{'send_hour':18,'time_zone':'Etc/UTC'}", days("B1", 1), days("B2", 1)));

        server.advance(ofDays(10));

        assertThat(reader.mail())
                .containsExactly(
                        mail("A1", "05T12:00"), mail("B1", "07T18:00"), mail("A2", "08T09:00"), mail("B2", "08T18:00"));
    }

    @Test
    void the_members_are_listed_newest_first_with_those_who_have_completed_and_without_those_removed() {
        var sequence = server.sequence(immediate("Hello"));
        var completed = server.subscriber("completed@example.org", sequence);
        server.advance(ofDays(1));
        var waiting = server.subscriber("waiting@example.org", sequence);
        var removed = server.subscriber("removed@example.org", sequence);
        var pending = server.subscriber("pending@example.org", "inactive");
        pending.joins(sequence);
        removed.isRemovedFrom(sequence);

        assertThat(members(sequence, "")).containsExactly(waiting.email(), completed.email());
        assertThat(members(sequence, "?added_after=2026-01-05T18:00:00Z")).containsExactly(waiting.email());
        assertThat(members(sequence, "?status=inactive")).containsExactly(pending.email());
    }

    private List<String> members(Sequence sequence, String query) {
        return server.get(sequence.path() + "/subscribers" + query).each("subscribers", "email_address");
    }

    @Test
    void who_was_removed_gets_nothing_more_and_when_added_again_goes_on_behind_what_they_had() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        reader.isRemovedFrom(sequence);
        server.advance(ofDays(7));
        assertThat(reader.subjectsReceived()).containsExactly("One", "Two");
        var answer = reader.joins(sequence);
        server.advance(ofDays(7));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(reader.mail())
                .containsExactly(mail("One", "05T12:00"), mail("Two", "06T09:00"), mail("Three", "14T09:00"));
    }

    @Test
    void who_was_removed_before_their_first_email_starts_anew_when_added_again() {
        var sequence = server.sequence(days("One", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));
        reader.isRemovedFrom(sequence);
        server.advance(ofDays(1));

        reader.joins(sequence);
        server.advance(ofDays(7));

        assertThat(reader.mail()).containsExactly(mail("One", "09T09:00"));
    }

    @Test
    void removing_somebody_who_is_not_in_the_sequence_is_404() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org");

        assertThat(removal(sequence.id(), reader)).isEqualTo(404);
        reader.joins(sequence);
        assertThat(removal(sequence.id(), reader)).isEqualTo(204);
        assertThat(removal(sequence.id(), reader)).isEqualTo(404);
    }

    @Test
    void who_has_completed_can_be_removed_and_is_not_listed_any_more() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        assertThat(removal(sequence.id(), reader)).isEqualTo(204);

        assertThat(server.get(sequence.path() + "/subscribers").at("/subscribers"))
                .isEmpty();
        assertThat(reader.joins(sequence).status()).isEqualTo(201);
        server.advance(ofDays(3));
        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    private int removal(long sequence, Reader reader) {
        return server.delete("/ext/v1/sequences/" + sequence + "/subscribers/" + reader.id())
                .status();
    }
}
