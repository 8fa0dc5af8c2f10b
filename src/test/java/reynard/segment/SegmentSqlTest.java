package reynard.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.segment.Filter.Match;
import reynard.subscriber.SubscriberState;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SegmentSqlTest {
    private static final Pattern TABLE = Pattern.compile("\\bfrom (\\w+) (\\w)\\b");

    @Test
    void without_a_group_everybody_matches() {
        var sql = SegmentSql.of(new Filter(List.of()));

        assertThat(sql.condition()).isEqualTo("true");
        assertThat(sql.parameters()).isEmpty();
    }

    @Test
    void groups_are_joined_by_and_and_conditions_by_what_their_group_wants() {
        var active = new Condition.StateIs(SubscriberState.ACTIVE);
        var bounced = new Condition.StateIs(SubscriberState.BOUNCED);

        var sql = SegmentSql.of(new Filter(List.of(
                new Filter.Group(Match.ALL, List.of(active, bounced)),
                new Filter.Group(Match.ANY, List.of(active, bounced)),
                new Filter.Group(Match.NONE, List.of(active, bounced)))));

        assertThat(sql.condition())
                .isEqualTo("(s.state = :filter0 and s.state = :filter1)"
                        + " and (s.state = :filter2 or s.state = :filter3)"
                        + " and not (s.state = :filter4 or s.state = :filter5)");
        assertThat(sql.parameters())
                .hasSize(6)
                .containsEntry("filter0", "active")
                .containsEntry("filter5", "bounced");
    }

    @Test
    void every_condition_has_its_text_and_parameters() {
        assertThat(sql(new Condition.HasTag(new TagId(7))))
                .isEqualTo(expected(
                        "(exists (select from tagging g where g.account_id = :account and g.subscriber_id = s.id"
                                + " and g.tag_id = :filter0))",
                        7L));
        assertThat(sql(new Condition.InForm(new FormId(8))))
                .isEqualTo(expected(
                        "(exists (select from form_member m where m.account_id = :account and m.subscriber_id = s.id"
                                + " and m.form_id = :filter0))",
                        8L));
        assertThat(sql(new Condition.InSequence(new SequenceId(9))))
                .isEqualTo(expected(
                        "(exists (select from enrollment e where e.account_id = :account and e.subscriber_id = s.id"
                                + " and e.sequence_id = :filter0 and exists (select from sequence q where"
                                + " q.account_id = :account and q.id = e.sequence_id and q.deleted_at is null)))",
                        9L));
        assertThat(sql(new Condition.FieldIs(new CustomFieldId(3), "Rome")))
                .isEqualTo(expected(
                        "(lower(coalesce(s.fields ->> :filter0::text, '')) = lower(:filter1::text))", "3", "Rome"));
        assertThat(sql(new Condition.FieldIsNot(new CustomFieldId(3), "Rome")))
                .isEqualTo(expected(
                        "(lower(coalesce(s.fields ->> :filter0::text, '')) <> lower(:filter1::text))", "3", "Rome"));
        assertThat(sql(new Condition.FieldContains(new CustomFieldId(3), "%_")))
                .isEqualTo(expected(
                        "(strpos(lower(coalesce(s.fields ->> :filter0::text, '')), lower(:filter1::text)) > 0)",
                        "3",
                        "%_"));
        assertThat(sql(new Condition.FieldHasValue(new CustomFieldId(3))))
                .isEqualTo(expected("(lower(coalesce(s.fields ->> :filter0::text, '')) <> '')", "3"));
        assertThat(sql(new Condition.EmailContains("@example.org")))
                .isEqualTo(expected("(strpos(lower(s.email_address), lower(:filter0::text)) > 0)", "@example.org"));
    }

    @Test
    void a_time_may_have_one_end_or_both() {
        var start = Instant.parse("2026-01-01T00:00:00Z");
        var end = Instant.parse("2026-02-01T00:00:00Z");

        assertThat(sql(new Condition.Subscribed(Optional.of(start), Optional.empty())))
                .isEqualTo(expected("((s.created_at > :filter0))", start));
        assertThat(sql(new Condition.Subscribed(Optional.empty(), Optional.of(end))))
                .isEqualTo(expected("((s.created_at < :filter0))", end));
        assertThat(sql(new Condition.Subscribed(Optional.of(start), Optional.of(end))))
                .isEqualTo(expected("((s.created_at > :filter0 and s.created_at < :filter1))", start, end));
    }

    static Stream<Condition> conditions_with_a_text_from_a_request() {
        var text = "'; drop table subscriber; -- :account";
        return Stream.of(
                new Condition.FieldIs(new CustomFieldId(3), text),
                new Condition.FieldIsNot(new CustomFieldId(3), text),
                new Condition.FieldContains(new CustomFieldId(3), text),
                new Condition.EmailContains(text));
    }

    @ParameterizedTest
    @MethodSource("conditions_with_a_text_from_a_request")
    void what_a_request_says_is_never_in_the_statement(Condition condition) {
        var sql = sql(condition);

        assertThat(sql.condition()).doesNotContain("drop");
        assertThat(sql.parameters().values()).contains("'; drop table subscriber; -- :account");
    }

    @Test
    void every_table_is_read_for_one_account() {
        var sql = SegmentSql.of(new Filter(List.of(new Filter.Group(
                Match.ANY,
                List.of(
                        new Condition.HasTag(new TagId(7)),
                        new Condition.InForm(new FormId(8)),
                        new Condition.InSequence(new SequenceId(9)))))));

        var tables = TABLE.matcher(sql.condition()).results().toList();
        assertThat(tables).hasSize(4);
        assertThat(tables)
                .allSatisfy(table -> assertThat(sql.condition())
                        .contains(table.group() + " where " + table.group(2) + ".account_id = :account"));
    }

    private static SegmentSql sql(Condition condition) {
        return SegmentSql.of(new Filter(List.of(new Filter.Group(Match.ALL, List.of(condition)))));
    }

    private static SegmentSql expected(String condition, Object... parameters) {
        var values = new java.util.HashMap<String, Object>();
        Arrays.stream(parameters).forEach(value -> values.put("filter" + values.size(), value));
        return new SegmentSql(condition, Map.copyOf(values));
    }
}
