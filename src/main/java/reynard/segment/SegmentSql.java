package reynard.segment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.id.CustomFieldId;
import reynard.id.Id;
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

/// Turns a filter into a condition of a `where` clause. The only place where SQL is put together from pieces: each
/// piece
/// is a text of this class, and whatever comes from a request is a parameter.
///
/// @param condition about the row `s` of `subscriber`, with the account as `:account`; true or false, never unknown, so
///     that `none` can deny it
/// @param parameters the other named parameters of the condition: `filter0`, `filter1` and so on
record SegmentSql(String condition, Map<String, Object> parameters) {
    private static final double MILES_PER_DEGREE = 69.172;

    SegmentSql {
        parameters = Map.copyOf(parameters);
    }

    static SegmentSql of(Filter filter) {
        var parameters = new Parameters();
        return new SegmentSql(sql(filter, parameters), parameters.values);
    }

    private static String sql(Filter filter, Parameters parameters) {
        var groups =
                filter.groups().stream().map(group -> sql(group, parameters)).toList();
        return groups.isEmpty() ? "true" : String.join(" and ", groups);
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
                // Those of a deleted sequence are still known, but it has nobody any more.
                "exists (select from enrollment e where e.account_id = :account and e.subscriber_id = s.id"
                        + " and e.sequence_id = " + parameters.add(sequence.value())
                        + " and exists (select from sequence q where q.account_id = :account and q.id = e.sequence_id"
                        + " and q.deleted_at is null))";
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
            case FieldEquals(var field, var value) ->
                "coalesce(s.fields ->> " + key(field, parameters) + ", '') = " + parameters.add(value) + "::text";
            case FieldCompares(var field, var comparison, var number) ->
                "case when " + value(field, parameters) + " ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$' then "
                        + value(field, parameters) + "::numeric " + comparison.operator() + " "
                        + parameters.add(number) + " else false end";
            case CameByForm(var forms) ->
                "(coalesce(s.source_type, '') = 'form_subscription' and coalesce(s.source_id, 0) = any("
                        + parameters.add(longs(forms)) + "::bigint[]))";
            case CameFrom source -> cameFrom(source, parameters);
            case Near near -> near(near, parameters);
            case Engaged engaged -> engaged(engaged, parameters);
            case Matches(var filter) -> "(" + sql(filter, parameters) + ")";
        };
    }

    // No value is the empty text: nobody can ask whether a value is empty, and nothing is unknown.
    private static String value(CustomFieldId field, Parameters parameters) {
        return "lower(coalesce(s.fields ->> " + key(field, parameters) + ", ''))";
    }

    private static String key(CustomFieldId field, Parameters parameters) {
        return parameters.add(Long.toString(field.value())) + "::text";
    }

    private static Long[] longs(List<? extends Id> ids) {
        return ids.stream().map(Id::value).toArray(Long[]::new);
    }

    private static String cameFrom(CameFrom condition, Parameters parameters) {
        var wanted = new ArrayList<>(List.of("s.source_type is not null"));
        condition.sourceType().ifPresent(type -> wanted.add("s.source_type = " + parameters.add(type)));
        condition
                .mechanism()
                .ifPresent(mechanism -> wanted.add("coalesce(s.source_mechanism, '') = " + parameters.add(mechanism)));
        if (!condition.sourceIds().isEmpty()) {
            wanted.add("coalesce(s.source_id, 0) = any("
                    + parameters.add(condition.sourceIds().toArray(Long[]::new)) + "::bigint[])");
        }
        if (!condition.sourceNames().isEmpty()) {
            wanted.add("coalesce(s.source_name, '') = any("
                    + parameters.add(condition.sourceNames().toArray(String[]::new)) + "::text[])");
        }
        if (!condition.mechanismIds().isEmpty()) {
            wanted.add("coalesce(s.source_mechanism_id, 0) = any("
                    + parameters.add(condition.mechanismIds().toArray(Long[]::new)) + "::bigint[])");
        }
        return "(" + String.join(" and ", wanted) + ")";
    }

    /// A box as high and as wide as the circle; near a pole it goes all the way round.
    private static String near(Near near, Parameters parameters) {
        double height = near.radius() / MILES_PER_DEGREE;
        double shrunk = Math.cos(Math.toRadians(Math.min(90, Math.abs(near.latitude()) + height)));
        double width = shrunk <= 0 ? 180 : Math.min(180, height / shrunk);
        var latitude = "l.latitude between " + parameters.add(near.latitude() - height) + " and "
                + parameters.add(near.latitude() + height);
        // The shorter way round the globe, so that a box may cross the date line.
        var centre = parameters.add(near.longitude());
        var longitude = "least(abs(l.longitude - " + centre + "), 360 - abs(l.longitude - " + centre + ")) <= "
                + parameters.add(width);
        return "exists (select from subscriber_location l where l.account_id = :account and l.subscriber_id = s.id"
                + " and " + latitude + " and " + longitude + ")";
    }

    private static String engaged(Engaged engaged, Parameters parameters) {
        var kind = engaged.kind();
        var event = switch (kind) {
            case OPENS ->
                new Events("email_open v where v.account_id = :account and v.machine is null", "v.delivery_id", "v.at");
            case CLICKS ->
                new Events(
                        "email_click v where v.account_id = :account and v.machine is null", "v.delivery_id", "v.at");
            case SENT ->
                new Events(
                        "delivery v where v.account_id = :account and v.kind <> 'notice'"
                                + " and (v.state in ('sent', 'bounced') or v.departure = 'bounced')",
                        "v.id",
                        "v.settled_at");
            case DELIVERED ->
                new Events(
                        "delivery v where v.account_id = :account and v.kind <> 'notice' and v.state = 'sent'"
                                + " and coalesce(v.departure, '') <> 'bounced'",
                        "v.id",
                        "v.settled_at");
        };
        var sql = new StringBuilder("(select count(")
                .append(engaged.everyEmailOnce() ? "distinct " + event.delivery() : "*")
                .append(") from ")
                .append(event.from())
                .append(" and v.subscriber_id = s.id");
        engaged.after()
                .ifPresent(at ->
                        sql.append(" and ").append(event.at()).append(" > ").append(parameters.add(at)));
        engaged.before()
                .ifPresent(at ->
                        sql.append(" and ").append(event.at()).append(" < ").append(parameters.add(at)));
        if (!engaged.any().isEmpty()) {
            var about = engaged.any().stream()
                    .map(one -> about(one, event, parameters))
                    .toList();
            sql.append(" and (").append(String.join(" or ", about)).append(")");
        }
        sql.append(") between ").append(parameters.add(engaged.count().min()));
        return sql.append(" and ")
                .append(parameters.add(engaged.count().max().orElse(Long.MAX_VALUE)))
                .toString();
    }

    /// Where events are found, and how they name their email and their time.
    private record Events(String from, String delivery, String at) {}

    private static String about(Condition.About about, Events event, Parameters parameters) {
        return switch (about) {
            case Condition.About.Broadcasts(var broadcasts) ->
                "exists (select from delivery d where d.account_id = :account and d.id = " + event.delivery()
                        + " and d.broadcast_id = any(" + parameters.add(longs(broadcasts)) + "::bigint[]))";
            case Condition.About.Links(var links) -> "v.link_id = any(" + parameters.add(longs(links)) + "::bigint[])";
            case Condition.About.Urls(var urls, var matching) ->
                "exists (select from link l where l.account_id = :account and l.id = v.link_id and exists (select from"
                        + " unnest(" + parameters.add(urls.toArray(String[]::new)) + "::text[]) p where "
                        + switch (matching) {
                            case EXACT -> "l.url = p";
                            case CONTAINS -> "strpos(l.url, p) > 0";
                            case STARTS_WITH -> "starts_with(l.url, p)";
                            case ENDS_WITH -> "right(l.url, length(p)) = p";
                        }
                        + "))";
        };
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
