package reynard.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.segment.Filter.Group;
import reynard.segment.Filter.Match;
import reynard.subscriber.SubscriberState;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FilterTest {
    private static final String EVERYTHING = """
            [{"any": [{"type": "tag", "id": 5}, {"type": "form", "id": "6"}, {"type": "sequence", "id": 7}]},
             {"all": [{"type": "custom_field", "id": 8, "comparison": "is", "value": "Rome"},
                      {"type": "custom_field", "id": 8, "comparison": "is_not", "value": "Oslo"},
                      {"type": "custom_field", "id": 8, "comparison": "contains", "value": "o"},
                      {"type": "custom_field", "id": 8, "comparison": "has_value"},
                      {"type": "state", "state": "active"}]},
             {"none": [{"type": "subscribed", "after": "2026-01-01", "before": "2026-02-01T10:00:00+01:00"},
                       {"type": "email", "contains": "@example.org"}]}]
            """;
    private static final Filter READ = new Filter(List.of(
            new Group(
                    Match.ANY,
                    List.of(
                            new Condition.HasTag(new TagId(5)),
                            new Condition.InForm(new FormId(6)),
                            new Condition.InSequence(new SequenceId(7)))),
            new Group(
                    Match.ALL,
                    List.of(
                            new Condition.FieldIs(new CustomFieldId(8), "Rome"),
                            new Condition.FieldIsNot(new CustomFieldId(8), "Oslo"),
                            new Condition.FieldContains(new CustomFieldId(8), "o"),
                            new Condition.FieldHasValue(new CustomFieldId(8)),
                            new Condition.StateIs(SubscriberState.ACTIVE))),
            new Group(
                    Match.NONE,
                    List.of(
                            new Condition.Subscribed(
                                    Optional.of(Instant.parse("2026-01-01T00:00:00Z")),
                                    Optional.of(Instant.parse("2026-02-01T09:00:00Z"))),
                            new Condition.EmailContains("@example.org")))));

    @Test
    void every_kind_of_condition_is_read() {
        assertThat(read(EVERYTHING)).contains(READ);
    }

    @Test
    void what_is_stored_is_read_as_the_same_filter() {
        assertThat(FilterJson.read(FilterJson.stored(READ))).isEqualTo(READ);
    }

    @Test
    void a_filter_without_groups_is_a_filter() {
        assertThat(read("[]")).contains(new Filter(List.of()));
    }

    @Test
    void a_body_without_a_filter_has_none() {
        var body = JsonBody.parse("{}".getBytes(StandardCharsets.UTF_8));

        assertThat(SegmentEndpoints.filter(body)).isEmpty();
        body.refuseFaults();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            null                                            | filter can't be null
            {}                                              | filter must be an array of objects
            [{}]                                            | filter groups must have exactly one of: all, any, none
            [{"some":[]}]                                   | filter groups must have exactly one of: all, any, none
            [{"all":[{"type":"state"}],"any":[]}]           | filter groups must have exactly one of: all, any, none
            [{"all":[]}]                                    | filter all must have 1 to 50 conditions
            [{"all":[{"type":"purchase"}]}]                 | filter condition type must be one of: tag, form, sequence, custom_field, state, subscribed, email, opens, clicks, sent, delivered
            [{"all":[{}]}]                                  | filter condition type must be one of: tag, form, sequence, custom_field, state, subscribed, email, opens, clicks, sent, delivered
            [{"all":[{"type":5}]}]                          | filter all type must be a string
            [{"all":[{"type":"tag"}]}]                      | filter condition id must be an id
            [{"all":[{"type":"tag","id":"x"}]}]             | filter all id must be an id
            [{"all":[{"type":"custom_field","id":1}]}]      | filter condition comparison must be one of: is, is_not, contains, has_value, greater_than, greater_than_or_equal, less_than, less_than_or_equal
            [{"all":[{"type":"custom_field","id":1,"comparison":"is"}]}] | filter condition value can't be blank
            [{"all":[{"type":"state","state":"gone"}]}]     | filter condition state must be one of: active, inactive, cancelled, bounced, complained
            [{"all":[{"type":"subscribed"}]}]               | filter condition subscribed must have after or before
            [{"all":[{"type":"subscribed","after":"May"}]}] | filter all after is incorrectly formatted. Use YYYY-MM-DD.
            [{"all":[{"type":"email","contains":" "}]}]     | filter condition contains can't be blank
            """)
    void what_is_no_filter_is_refused_with_a_sentence(String json, String sentence) {
        assertThat(refused(json)).containsExactly(sentence);
    }

    @Test
    void all_faults_are_told_at_once() {
        assertThat(refused("""
                        [{"any": [{"type": "tag"}, {"type": "state", "state": "gone"}]}, {"all": []}]
                        """)).hasSize(3);
    }

    @Test
    void a_filter_has_at_most_20_groups_of_50_conditions() {
        var condition = "{\"type\":\"tag\",\"id\":1}";
        var group = "{\"all\":[" + condition + "]}";

        assertThat(refused("[" + (group + ",").repeat(20) + group + "]"))
                .containsExactly("filter must have at most 20 groups");
        assertThat(refused("[{\"all\":[" + (condition + ",").repeat(50) + condition + "]}]"))
                .containsExactly("filter all must have 1 to 50 conditions");
    }

    private static Optional<Filter> read(String filter) {
        var body = JsonBody.parse(("{\"filter\":" + filter + "}").getBytes(StandardCharsets.UTF_8));
        var read = SegmentEndpoints.filter(body);
        body.refuseFaults();
        return read;
    }

    private static List<String> refused(String filter) {
        return catchThrowableOfType(InvalidRequest.class, () -> read(filter)).faults();
    }
}
