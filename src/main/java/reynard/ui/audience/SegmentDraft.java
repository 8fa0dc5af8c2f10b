package reynard.ui.audience;

import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.ui.Body;
import reynard.ui.Form;
import reynard.ui.Local;

/// The question of a segment while it is put together: what its form says, whole or not, and the API's filter, each
/// made of the other.
///
/// @param groups in the order of the form
record SegmentDraft(List<Group> groups) {
    static final String RAW = "raw";

    private static final int GROUPS_MAX = 20;
    private static final int CONDITIONS_MAX = 50;
    private static final List<String> PARTS =
            List.of("id", "comparison", "value", "state", "contains", "after", "before", "min", RAW);
    private static final Set<String> ENGAGEMENTS = Set.of("opens", "clicks", "sent", "delivered");

    SegmentDraft {
        groups = List.copyOf(groups);
    }

    /// @param match `all`, `any` or `none`
    record Group(String match, List<Row> rows) {
        Group {
            rows = List.copyOf(rows);
        }
    }

    /// One condition.
    ///
    /// @param values what its fields say, by the parts of their names
    record Row(String type, Map<String, String> values) {
        Row {
            values = Map.copyOf(values);
        }

        String value(String part) {
            return values.getOrDefault(part, "");
        }
    }

    static SegmentDraft start() {
        return new SegmentDraft(List.of(new Group("all", List.of(new Row("tag", Map.of())))));
    }

    /// As a form says it. What was taken out of the middle leaves no gap.
    static SegmentDraft of(Form form) {
        var groups = new ArrayList<Group>();
        for (int g = 0; g < GROUPS_MAX; g++) {
            var group = "g" + g;
            if (form.isOn(group)) {
                var rows = new ArrayList<Row>();
                for (int c = 0; c < CONDITIONS_MAX; c++) {
                    var row = group + "c" + c;
                    if (form.isOn(row)) {
                        var values = new LinkedHashMap<String, String>();
                        PARTS.forEach(part -> values.put(part, form.value(row + "_" + part)));
                        rows.add(new Row(form.value(row), values));
                    }
                }
                groups.add(new Group(form.value(group), rows));
            }
        }
        return new SegmentDraft(groups);
    }

    /// @param filter as the API writes it
    /// @param local whose days the dates are
    static SegmentDraft of(List<Map<String, Object>> filter, Local local) {
        return new SegmentDraft(filter.stream()
                .map(group -> {
                    var entry = group.entrySet().iterator().next();
                    var rows = ((List<?>) entry.getValue())
                            .stream()
                                    .map(condition -> row((Map<?, ?>) condition, local))
                                    .toList();
                    return new Group(entry.getKey(), rows);
                })
                .toList());
    }

    private static Row row(Map<?, ?> json, Local local) {
        var type = String.valueOf(json.get("type"));
        var values = new LinkedHashMap<String, String>();
        json.forEach((key, value) -> values.put(String.valueOf(key), String.valueOf(value)));
        for (var end : List.of("after", "before")) {
            var at = json.get(end);
            if (at != null) {
                var day = day(Instant.parse((String) at), local);
                if (day.isEmpty()) {
                    return raw(json);
                }
                values.put(end, day.get());
            }
        }
        if (ENGAGEMENTS.contains(type)) {
            if (json.containsKey("any")
                    || json.containsKey("counting_mode")
                    || json.containsKey("count_less_than_or_equal")) {
                return raw(json);
            }
            values.put("min", String.valueOf(json.get("count_greater_than_or_equal")));
        }
        values.keySet().retainAll(PARTS);
        return new Row(type, values);
    }

    /// What the builder has no fields for is kept as it is.
    private static Row raw(Map<?, ?> json) {
        return new Row(RAW, Map.of(RAW, Body.written(json)));
    }

    /// Empty for a moment that is no beginning of a day.
    private static Optional<String> day(Instant instant, Local local) {
        var date = local.date(instant).toString();
        return local.parse(date + "T" + LocalTime.MIDNIGHT)
                .filter(instant::equals)
                .map(_ -> date);
    }

    SegmentDraft withRow(String group, String type) {
        var changed = new ArrayList<>(groups);
        for (int g = 0; g < groups.size(); g++) {
            if (("g" + g).equals(group)) {
                var rows = new ArrayList<>(groups.get(g).rows());
                rows.add(new Row(type, Map.of()));
                changed.set(g, new Group(groups.get(g).match(), rows));
            }
        }
        return new SegmentDraft(changed);
    }

    SegmentDraft withGroup() {
        var changed = new ArrayList<>(groups);
        changed.add(new Group("any", List.of(new Row("tag", Map.of()))));
        return new SegmentDraft(changed);
    }

    /// @param name of a group or of a condition
    SegmentDraft without(String name) {
        var changed = new ArrayList<Group>();
        for (int g = 0; g < groups.size(); g++) {
            if (!("g" + g).equals(name)) {
                var rows = new ArrayList<Row>();
                for (int c = 0; c < groups.get(g).rows().size(); c++) {
                    if (!("g" + g + "c" + c).equals(name)) {
                        rows.add(groups.get(g).rows().get(c));
                    }
                }
                changed.add(new Group(groups.get(g).match(), rows));
            }
        }
        return new SegmentDraft(changed);
    }

    /// The name of the last condition.
    String last() {
        return groups.isEmpty()
                ? ""
                : "g" + (groups.size() - 1) + "c" + (groups.getLast().rows().size() - 1);
    }

    Form form(String name) {
        var values = new LinkedHashMap<String, Object>();
        values.put("name", name);
        for (int g = 0; g < groups.size(); g++) {
            var group = groups.get(g);
            values.put("g" + g, group.match());
            for (int c = 0; c < group.rows().size(); c++) {
                var row = "g" + g + "c" + c;
                values.put(row, group.rows().get(c).type());
                group.rows().get(c).values().forEach((part, value) -> values.put(row + "_" + part, value));
            }
        }
        return Form.filled(values);
    }

    /// As the API's filter; what is missing is a fault of the form, which this draft must be in the order of.
    List<Map<String, Object>> filter(Form form, Local local) {
        var filter = new ArrayList<Map<String, Object>>();
        for (int g = 0; g < groups.size(); g++) {
            var conditions = new ArrayList<Object>();
            for (int c = 0; c < groups.get(g).rows().size(); c++) {
                conditions.add(condition(groups.get(g).rows().get(c), "g" + g + "c" + c, form, local));
            }
            if (conditions.isEmpty()) {
                form.fault("g" + g, "Add a condition, or take this group out.");
            }
            filter.add(Map.of(groups.get(g).match(), conditions));
        }
        return filter;
    }

    private static Object condition(Row row, String name, Form form, Local local) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("type", row.type());
        switch (row.type()) {
            case "tag", "form", "sequence" -> json.put("id", id(row, name, form));
            case "custom_field" -> {
                json.put("id", id(row, name, form));
                json.put("comparison", row.value("comparison"));
                if (!row.value("comparison").equals("has_value")) {
                    json.put("value", text(row, "value", name, form));
                }
            }
            case "state" -> json.put("state", row.value("state"));
            case "email" -> json.put("contains", text(row, "contains", name, form));
            case "subscribed" -> {
                days(json, row, name, form, local);
                if (row.value("after").isEmpty() && row.value("before").isEmpty()) {
                    form.fault(name + "_after", "Choose one day at least.");
                }
            }
            case RAW -> {
                return Body.read(row.value(RAW));
            }
            default -> {
                if (!row.value("min").matches("[0-9]{1,9}")) {
                    form.fault(name + "_min", "Must be a number.");
                } else {
                    json.put("count_greater_than_or_equal", Long.parseLong(row.value("min")));
                }
                days(json, row, name, form, local);
            }
        }
        return json;
    }

    private static @Nullable Long id(Row row, String name, Form form) {
        if (!row.value("id").matches("[0-9]{1,18}")) {
            form.fault(name + "_id", "Choose one.");
            return null;
        }
        return Long.parseLong(row.value("id"));
    }

    private static String text(Row row, String part, String name, Form form) {
        if (row.value(part).isBlank()) {
            form.fault(name + "_" + part, "Cannot be empty.");
        }
        return row.value(part);
    }

    private static void days(Map<String, @Nullable Object> json, Row row, String name, Form form, Local local) {
        for (var end : List.of("after", "before")) {
            if (!row.value(end).isEmpty()) {
                var at = local.parse(row.value(end) + "T" + LocalTime.MIDNIGHT);
                if (at.isEmpty()) {
                    form.fault(name + "_" + end, "This is no day.");
                } else {
                    json.put(end, at.get().toString());
                }
            }
        }
    }
}
