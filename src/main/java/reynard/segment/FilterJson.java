package reynard.segment;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import reynard.db.JsonColumn;
import reynard.id.BroadcastId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.LinkId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.segment.Condition.CameByForm;
import reynard.segment.Condition.CameFrom;
import reynard.segment.Condition.EmailContains;
import reynard.segment.Condition.Engaged;
import reynard.segment.Condition.FieldCompares;
import reynard.segment.Condition.FieldContains;
import reynard.segment.Condition.FieldEquals;
import reynard.segment.Condition.FieldHasValue;
import reynard.segment.Condition.FieldIs;
import reynard.segment.Condition.FieldIsNot;
import reynard.segment.Condition.HasTag;
import reynard.segment.Condition.InForm;
import reynard.segment.Condition.InSequence;
import reynard.segment.Condition.Matches;
import reynard.segment.Condition.Near;
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
            case FieldCompares(var field, var comparison, var number) ->
                field(field, comparison.wireName(), number.toPlainString());
            case Engaged engaged -> engaged(engaged);
            case FieldEquals _, CameByForm _, CameFrom _, Near _, Matches _ ->
                throw new IllegalArgumentException("a segment does not hold " + condition);
        };
    }

    private static Map<String, Object> engaged(Engaged engaged) {
        var json = object("type", engaged.kind().wireName());
        if (engaged.everyEmailOnce()) {
            json.put("counting_mode", "unique_email");
        }
        json.put("count_greater_than_or_equal", engaged.count().min());
        engaged.count().max().ifPresent(max -> json.put("count_less_than_or_equal", max));
        engaged.after().ifPresent(instant -> json.put("after", instant.toString()));
        engaged.before().ifPresent(instant -> json.put("before", instant.toString()));
        if (!engaged.any().isEmpty()) {
            json.put("any", engaged.any().stream().map(FilterJson::about).toList());
        }
        return json;
    }

    private static Map<String, Object> about(Condition.About about) {
        return switch (about) {
            case Condition.About.Broadcasts(var broadcasts) ->
                object(
                        "type",
                        "broadcasts",
                        "ids",
                        broadcasts.stream().map(BroadcastId::value).toList());
            case Condition.About.Links(var links) ->
                object("type", "urls", "ids", links.stream().map(LinkId::value).toList());
            case Condition.About.Urls(var urls, var matching) ->
                object("type", "urls", "urls", urls, "matching", matching.wireName());
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
                    case String other ->
                        new FieldCompares(
                                field,
                                Condition.Comparison.valueOf(other.toUpperCase(Locale.ROOT)),
                                new BigDecimal(text(json, "value")));
                };
            }
            case "state" ->
                new StateIs(SubscriberState.named(text(json, "state")).orElseThrow());
            case "subscribed" -> new Subscribed(instant(json, "after"), instant(json, "before"));
            case "email" -> new EmailContains(text(json, "contains"));
            case String other when Condition.Engagement.NAMES.contains(other) -> engaged(other, json);
            case String other -> throw new IllegalStateException("no such condition: " + other);
        };
    }

    private static Engaged engaged(String kind, Map<?, ?> json) {
        var max = json.get("count_less_than_or_equal");
        return new Engaged(
                Condition.Engagement.valueOf(kind.toUpperCase(Locale.ROOT)),
                "unique_email".equals(json.get("counting_mode")),
                new Condition.Count(
                        ((Number) value(json, "count_greater_than_or_equal")).longValue(),
                        max == null ? OptionalLong.empty() : OptionalLong.of(((Number) max).longValue())),
                instant(json, "after"),
                instant(json, "before"),
                json.get("any") instanceof List<?> any
                        ? any.stream().map(about -> about((Map<?, ?>) about)).toList()
                        : List.of());
    }

    private static Condition.About about(Map<?, ?> json) {
        if (text(json, "type").equals("broadcasts")) {
            return new Condition.About.Broadcasts(
                    longs(json, "ids").map(BroadcastId::new).toList());
        }
        if (json.get("ids") != null) {
            return new Condition.About.Links(longs(json, "ids").map(LinkId::new).toList());
        }
        return new Condition.About.Urls(
                ((List<?>) value(json, "urls")).stream().map(String.class::cast).toList(),
                Condition.Matching.valueOf(text(json, "matching").toUpperCase(Locale.ROOT)));
    }

    private static Stream<Long> longs(Map<?, ?> json, String key) {
        return ((List<?>) value(json, key)).stream().map(id -> ((Number) id).longValue());
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
