package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import org.junit.jupiter.api.Test;
import reynard.testing.TestServer.Reader;
import reynard.testing.TestServer.Sequence;

class ExclusionsTest extends Scenario {
    private Sequence excluding(String sources) {
        return server.sequence(
                "{'send_hour':9,'time_zone':'Etc/UTC','exclude_subscriber_sources':[" + sources + "]}",
                days("One", 1),
                days("Two", 1));
    }

    private static String source(String type, long... ids) {
        return "{'type':'" + type + "','ids':" + java.util.Arrays.toString(ids) + "}";
    }

    private static void assertSkipped(Reader reader, String reason, String idName, long id) {
        assertThat(reader.mail()).isEmpty();
        assertThat(reader.deliveries()).hasSize(2).allSatisfy(delivery -> {
            assertThat(delivery.get("state").asText()).isEqualTo("skipped");
            assertThat(delivery.get("reason").asText()).isEqualTo(reason);
            assertThat(delivery.get("detail").get(idName).asLong()).isEqualTo(id);
        });
    }

    @Test
    void who_has_an_excluded_tag_joins_with_201_gets_nothing_and_completes_with_every_skip_on_record() {
        long tag = server.tag("customer");
        var sequence = excluding(source("tag", tag));
        var reader = server.subscriber("reader@example.org");
        reader.getsTag(tag);

        assertThat(reader.joins(sequence).status()).isEqualTo(201);
        server.advance(ofDays(9));

        assertSkipped(reader, "excluded_by_tag", "tag_id", tag);
        assertThat(sequence.members()).isZero();
    }

    @Test
    void who_is_or_was_in_an_excluded_sequence_gets_nothing() {
        var other = server.sequence(immediate("Other"));
        var sequence = excluding(source("sequence", other.id()));
        var was = server.subscriber("was@example.org", other);
        server.settle();
        was.isRemovedFrom(other);
        was.joins(sequence);

        server.advance(ofDays(9));

        assertThat(was.subjectsReceived()).containsExactly("Other");
        assertThat(was.deliveries().getLast().get("reason").asText()).isEqualTo("excluded_by_sequence");
    }

    @Test
    void who_is_in_an_excluded_form_gets_nothing() {
        long form = server.form("Download", "embed");
        var sequence = excluding(source("form", form));
        var reader = server.subscriber("reader@example.org", sequence);
        server.post("/v4/forms/" + form + "/subscribers/" + reader.id(), "{}");

        server.advance(ofDays(9));

        assertSkipped(reader, "excluded_by_form", "form_id", form);
    }

    @Test
    void who_matches_an_excluded_segment_when_an_email_is_due_does_not_get_it() {
        long tag = server.tag("customer");
        long segment = server.post(
                        "/ext/v1/segments",
                        json("{'name':'Customers','filter':[{'all':[{'type':'tag','id':%d}]}]}".formatted(tag)))
                .at("/segment/id")
                .asLong();
        var sequence = excluding(source("segment", segment));
        var inside = server.subscriber("inside@example.org", sequence);
        var outside = server.subscriber("outside@example.org", sequence);
        inside.getsTag(tag);

        server.advance(ofDays(9));

        assertSkipped(inside, "excluded_by_segment", "segment_id", segment);
        assertThat(outside.subjectsReceived()).containsExactly("One", "Two");
    }

    @Test
    void one_source_of_several_is_enough() {
        long first = server.tag("first");
        long second = server.tag("second");
        var other = server.sequence(immediate("Other"));
        var sequence = excluding(source("tag", first, second) + "," + source("sequence", other.id()));
        var reader = server.subscriber("reader@example.org", sequence);
        reader.getsTag(second);

        server.advance(ofDays(9));

        assertSkipped(reader, "excluded_by_tag", "tag_id", second);
    }

    @Test
    void exclusion_is_judged_whenever_an_email_is_due_and_the_place_moves_on() {
        long tag = server.tag("customer");
        var sequence = server.sequence(
                "{'send_hour':9,'time_zone':'Etc/UTC','exclude_subscriber_sources':[" + source("tag", tag) + "]}",
                immediate("One"),
                days("Two", 1),
                days("Three", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        reader.getsTag(tag);
        server.advance(ofDays(1));
        reader.losesTag(tag);
        server.advance(ofDays(9));

        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Three", "08T09:00"));
        assertThat(reader.deliveries())
                .extracting(delivery -> delivery.get("state").asText())
                .containsExactly("sent", "skipped", "sent");
    }

    @Test
    void a_source_added_while_people_wait_applies_from_their_next_email_on_and_one_taken_away_no_more() {
        long tag = server.tag("customer");
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 1));
        var reader = server.subscriber("reader@example.org");
        reader.getsTag(tag);
        reader.joins(sequence);
        server.settle();

        sequence.change("{'exclude_subscriber_sources':[" + source("tag", tag) + "]}");
        server.advance(ofDays(1));
        var cleared = sequence.change("{'exclude_subscriber_sources':[]}");
        server.advance(ofDays(9));

        assertThat(cleared.get("exclude_subscriber_sources")).isEmpty();
        assertThat(reader.mail()).containsExactly(mail("One", "05T12:00"), mail("Three", "07T09:00"));
    }

    @Test
    void sources_are_shown_by_type_and_an_unknown_one_is_refused() {
        long tag = server.tag("customer");
        var other = server.sequence(immediate("Other"));
        var sequence = excluding(source("tag", tag) + "," + source("sequence", other.id()));

        var unknown =
                server.put(sequence.path(), json("{'exclude_subscriber_sources':[" + source("tag", 99999999) + "]}"));
        var noType = server.put(sequence.path(), json("{'exclude_subscriber_sources':[" + source("list", 1) + "]}"));

        assertThat(sequence.show().get("exclude_subscriber_sources").findValuesAsText("type"))
                .containsExactly("sequence", "tag");
        assertThat(unknown.status()).isEqualTo(422);
        assertThat(noType.errors())
                .containsExactly("exclude_subscriber_sources type must be one of: tag, sequence, form, segment");
    }
}
