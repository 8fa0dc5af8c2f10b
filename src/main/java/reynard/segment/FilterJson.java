package reynard.segment;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import reynard.db.JsonColumn;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.SequenceId;
import reynard.id.TagId;
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
import reynard.subscriber.SubscriberState;

/// A filter as JSON, the same in the table and at the wire: an array of groups, each an object of one key, `all`, `any`
/// or `none`, whose value is an array of conditions: `[{"any":[{"type":"tag","id":5},{"type":"form","id":9}]}]`.
///
/// What has been written is read again without a check: what a request says has been checked before it is stored.
final class FilterJson {
    // The column holds an object, as all our jsonb columns do.
    private static final String GROUPS = "groups";

    private FilterJson() {}

    /// As the table keeps it.
    static String stored(Filter filter) {
        return JsonColumn.write(Map.of(GROUPS, write(filter)));
    }

    static List<Map<String, Object>> write(Filter filter) {
        return filter.groups().stream()
                .map(group -> Map.<String, Object>of(
                        group.match().wireName(),
                        group.conditions().stream().map(FilterJson::write).toList()))
                .toList();
    }

    private static Map<String, Object> write(Condition condition) {
        return switch (condition) {
            case HasTag(var tag) -> object("type", "tag", "id", tag.value());
            case InForm(var form) -> object("type", "form", "id", form.value());
            case InSequence(var sequence) -> object("type", "sequence", "id", sequence.value());
            case FieldIs(var field, var value) -> field(field, "is", value);
            case FieldIsNot(var field, var value) -> field(field, "is_not", value);
            case FieldContains(var field, var part) -> field(field, "contains", part);
            case FieldHasValue(var field) ->
                object("type", "custom_field", "id", field.value(), "comparison", "has_value");
            case StateIs(var state) -> object("type", "state", "state", state.wireName());
            case Subscribed(var after, var before) -> {
                var json = object("type", "subscribed");
                after.ifPresent(instant -> json.put("after", instant.toString()));
                before.ifPresent(instant -> json.put("before", instant.toString()));
                yield json;
            }
            case EmailContains(var part) -> object("type", "email", "contains", part);
        };
    }

    private static Map<String, Object> field(CustomFieldId field, String comparison, String value) {
        return object("type", "custom_field", "id", field.value(), "comparison", comparison, "value", value);
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        var object = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return object;
    }

    /// @param stored as [#stored] writes it
    static Filter read(String stored) {
        var groups = (List<?>) value(JsonColumn.read(stored), GROUPS);
        return new Filter(groups.stream().map(group -> group((Map<?, ?>) group)).toList());
    }

    private static Filter.Group group(Map<?, ?> group) {
        var entry = group.entrySet().iterator().next();
        return new Filter.Group(
                Filter.Match.named((String) entry.getKey()).orElseThrow(),
                ((List<?>) entry.getValue())
                        .stream()
                                .map(condition -> condition((Map<?, ?>) condition))
                                .toList());
    }

    private static Condition condition(Map<?, ?> json) {
        return switch (text(json, "type")) {
            case "tag" -> new HasTag(new TagId(id(json)));
            case "form" -> new InForm(new FormId(id(json)));
            case "sequence" -> new InSequence(new SequenceId(id(json)));
            case "custom_field" -> {
                var field = new CustomFieldId(id(json));
                yield switch (text(json, "comparison")) {
                    case "is" -> new FieldIs(field, text(json, "value"));
                    case "is_not" -> new FieldIsNot(field, text(json, "value"));
                    case "contains" -> new FieldContains(field, text(json, "value"));
                    case "has_value" -> new FieldHasValue(field);
                    case String other -> throw new IllegalStateException("no such comparison: " + other);
                };
            }
            case "state" ->
                new StateIs(SubscriberState.named(text(json, "state")).orElseThrow());
            case "subscribed" -> new Subscribed(instant(json, "after"), instant(json, "before"));
            case "email" -> new EmailContains(text(json, "contains"));
            case String other -> throw new IllegalStateException("no such condition: " + other);
        };
    }

    private static long id(Map<?, ?> json) {
        return ((Number) value(json, "id")).longValue();
    }

    private static String text(Map<?, ?> json, String key) {
        return (String) value(json, key);
    }

    private static Object value(Map<?, ?> json, String key) {
        return Objects.requireNonNull(json.get(key), key);
    }

    private static Optional<Instant> instant(Map<?, ?> json, String key) {
        return Optional.ofNullable(json.get(key)).map(text -> Instant.parse((String) text));
    }
}
