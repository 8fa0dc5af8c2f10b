package reynard.segment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.id.CustomFieldId;
import reynard.segment.Condition.EmailContains;
import reynard.segment.Condition.FieldContains;
import reynard.segment.Condition.FieldHasValue;
import reynard.segment.Condition.FieldIs;
import reynard.segment.Condition.FieldIsNot;
import reynard.segment.Condition.HasTag;
import reynard.segment.Condition.InForm;
import reynard.segment.Condition.InSequence;
import reynard.segment.Condition.StateIs;
import reynard.segment.Condition.Subscribed;

/// Turns a filter into a condition of a `where` clause. The only place where SQL is put together from pieces: each
/// piece
/// is a text of this class, and whatever comes from a request is a parameter.
///
/// @param condition about the row `s` of `subscriber`, with the account as `:account`; true or false, never unknown, so
///     that `none` can deny it
/// @param parameters the other named parameters of the condition: `filter0`, `filter1` and so on
record SegmentSql(String condition, Map<String, Object> parameters) {
    SegmentSql {
        parameters = Map.copyOf(parameters);
    }

    static SegmentSql of(Filter filter) {
        var parameters = new Parameters();
        var groups =
                filter.groups().stream().map(group -> sql(group, parameters)).toList();
        return new SegmentSql(groups.isEmpty() ? "true" : String.join(" and ", groups), parameters.values);
    }

    private static String sql(Filter.Group group, Parameters parameters) {
        var conditions = group.conditions().stream()
                .map(condition -> sql(condition, parameters))
                .toList();
        return switch (group.match()) {
            case ALL -> "(" + String.join(" and ", conditions) + ")";
            case ANY -> "(" + String.join(" or ", conditions) + ")";
            case NONE -> "not (" + String.join(" or ", conditions) + ")";
        };
    }

    private static String sql(Condition condition, Parameters parameters) {
        return switch (condition) {
            case HasTag(var tag) ->
                "exists (select from tagging g where g.account_id = :account and g.subscriber_id = s.id and g.tag_id = "
                        + parameters.add(tag.value()) + ")";
            case InForm(var form) ->
                "exists (select from form_member m where m.account_id = :account and m.subscriber_id = s.id"
                        + " and m.form_id = " + parameters.add(form.value()) + ")";
            case InSequence(var sequence) ->
                "exists (select from enrollment e where e.account_id = :account and e.subscriber_id = s.id"
                        + " and e.sequence_id = " + parameters.add(sequence.value()) + ")";
            case FieldIs(var field, var value) ->
                value(field, parameters) + " = lower(" + parameters.add(value) + "::text)";
            case FieldIsNot(var field, var value) ->
                value(field, parameters) + " <> lower(" + parameters.add(value) + "::text)";
            case FieldContains(var field, var part) ->
                "strpos(" + value(field, parameters) + ", lower(" + parameters.add(part) + "::text)) > 0";
            case FieldHasValue(var field) -> value(field, parameters) + " <> ''";
            case StateIs(var state) -> "s.state = " + parameters.add(state.wireName());
            case Subscribed(var after, var before) -> subscribed(after, before, parameters);
            case EmailContains(var part) ->
                "strpos(lower(s.email_address), lower(" + parameters.add(part) + "::text)) > 0";
        };
    }

    // No value is the empty text: nobody can ask whether a value is empty, and nothing is unknown.
    private static String value(CustomFieldId field, Parameters parameters) {
        return "lower(coalesce(s.fields ->> " + parameters.add(Long.toString(field.value())) + "::text, ''))";
    }

    private static String subscribed(Optional<Instant> after, Optional<Instant> before, Parameters parameters) {
        List<String> bounds = new ArrayList<>();
        after.ifPresent(instant -> bounds.add("s.created_at > " + parameters.add(instant)));
        before.ifPresent(instant -> bounds.add("s.created_at < " + parameters.add(instant)));
        return "(" + String.join(" and ", bounds) + ")";
    }

    private static final class Parameters {
        private final Map<String, Object> values = new LinkedHashMap<>();

        /// @return how the statement names the value
        String add(Object value) {
            var name = "filter" + values.size();
            values.put(name, value);
            return ":" + name;
        }
    }
}
