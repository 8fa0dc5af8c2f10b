package reynard.segment;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.LinkId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.report.Engagement;
import reynard.report.EngagementJson;
import reynard.report.ReportEndpoints;
import reynard.report.Reports;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberCondition;
import reynard.subscriber.SubscriberJson;
import reynard.subscriber.SubscriberSort;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;

/// Kit's search for subscribers by what they did, where they live and what they are. Its conditions become those of a
/// segment, and so the same SQL.
public final class SubscriberFilterEndpoints {
    private static final int CONDITIONS_MAX = 50;
    private static final int LIST_MAX = 1_000;
    private static final int TEXT_MAX = 10_000;
    private static final long COUNT_MAX = 1_000_000_000;
    private static final BigDecimal RADIUS_MAX = BigDecimal.valueOf(12_500);
    private static final int DECIMALS_MAX = 12;
    private static final Duration STATS = Duration.ofDays(90);
    private static final List<String> TYPES = List.of(
            "opens",
            "clicks",
            "sent",
            "delivered",
            "subscribed",
            "subscriber_state",
            "tags",
            "attribution",
            "custom_field",
            "location");
    private static final List<String> COMPARISONS = List.of(
            "is", "contains", "has_value", "greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal");
    private static final List<String> INCLUDES =
            List.of("attribution", "tags", "location", "canceled_at", "stats", "custom_fields");
    private static final List<String> SORT_FIELDS = SubscriberSort.names(
            EnumSet.complementOf(EnumSet.of(SubscriberSort.UPDATED_AT, SubscriberSort.CANCELLED_AT))
                    .toArray(SubscriberSort[]::new));
    private static final List<String> ORDERS = List.of("asc", "desc");

    private final Database database;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Reports reports;
    private final InstantSource clock;

    public SubscriberFilterEndpoints(
            Database database,
            Subscribers subscribers,
            CustomFields customFields,
            Reports reports,
            InstantSource clock) {
        this.database = database;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.reports = reports;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.post("/v4/subscribers/filter", this::search);
    }

    /// What is shown of each subscriber beside the usual.
    private record Include(Set<String> types, Instant statsFrom, Instant statsTo) {}

    /// The order and where its distances are measured from.
    private record Order(SubscriberSort sort, Listing.Order direction, Map<String, Object> parameters) {}

    private Reply search(Request request) {
        var body = request.json();
        var page = request.page(body);
        var groups = groups(body);
        var order = order(body, groups);
        var include = include(body, clock.instant());
        body.refuseFaults();
        if (include.statsFrom().isBefore(ReportEndpoints.oldest(clock.instant()))) {
            return Reply.error(400, "The stats range must be within the last 5 years");
        }
        var compiled = Segments.condition(new Filter(groups));
        var parameters = new HashMap<>(compiled.parameters());
        parameters.putAll(order.parameters());
        var condition = new SubscriberCondition(compiled.sql(), parameters);
        return database.inTx(tx -> {
            var found = subscribers.search(tx, request.account(), condition, order.sort(), order.direction(), page);
            return Reply.ok(rows(tx, request.account(), found, include));
        });
    }

    private Map<String, Object> rows(Tx tx, AccountId account, Page<Subscriber> page, Include include) {
        var ids = page.items().stream().map(Subscriber::id).toList();
        var tags = subscribers.tags(tx, account, ids);
        var extras = SubscriberJson.extras(tx, account, ids, include.types(), subscribers);
        var engagement = include.types().contains("stats")
                ? reports.engagement(tx, account, ids, include.statsFrom(), include.statsTo())
                : Map.<SubscriberId, Engagement>of();
        var fields = include.types().contains("custom_fields") ? customFields.all(tx, account) : List.<CustomField>of();
        return PageJson.of("subscribers", page, subscriber -> {
            var json = new LinkedHashMap<String, @Nullable Object>();
            // Texts, in this operation alone.
            json.put("id", Long.toString(subscriber.id().value()));
            json.put("first_name", subscriber.firstName().orElse(null));
            json.put("email_address", subscriber.emailAddress());
            json.put("created_at", subscriber.createdAt());
            var worn = tags.getOrDefault(subscriber.id(), List.of());
            json.put("tag_names", worn.stream().map(Subscribers.TagLabel::name).toList());
            json.put(
                    "tag_ids", worn.stream().map(tag -> Long.toString(tag.id())).toList());
            json.putAll(extras.apply(subscriber.id()));
            if (include.types().contains("canceled_at")) {
                json.put("canceled_at", subscriber.stateChangedAt());
            }
            if (include.types().contains("stats")) {
                json.put("stats", EngagementJson.of(engagement.getOrDefault(subscriber.id(), Engagement.NONE)));
            }
            if (include.types().contains("custom_fields")) {
                json.put("fields", SubscriberJson.values(subscriber, fields));
            }
            return json;
        });
    }

    private static Order order(JsonBody body, List<Filter.Group> groups) {
        var sort = SubscriberSort.named(word(body, "sort_field", SORT_FIELDS, "created_at"))
                .orElseThrow();
        // The nearest first, everything else the greatest.
        var byDefault = sort == SubscriberSort.LOCATION__DISTANCE ? "asc" : "desc";
        var direction = word(body, "sort_order", ORDERS, byDefault).equals("asc")
                ? Listing.Order.ASCENDING
                : Listing.Order.DESCENDING;
        if (sort != SubscriberSort.LOCATION__DISTANCE) {
            return new Order(sort, direction, Map.of());
        }
        var near = groups.stream()
                .flatMap(group -> group.conditions().stream())
                .filter(Condition.Near.class::isInstance)
                .map(Condition.Near.class::cast)
                .findFirst();
        if (near.isEmpty()) {
            body.fault("sort_field location__distance needs a location condition");
            return new Order(SubscriberSort.ID, direction, Map.of());
        }
        return new Order(
                sort,
                direction,
                Map.of(
                        "latitude",
                        near.get().latitude(),
                        "longitude",
                        near.get().longitude()));
    }

    private static Include include(JsonBody body, Instant now) {
        var types = new LinkedHashSet<String>();
        var from = now.minus(STATS);
        var to = now.plusMillis(1);
        for (var entry : entries(body, "include", INCLUDES.size())) {
            var type = word(entry, "type", INCLUDES, "");
            if (type.isEmpty() && !entry.has("type")) {
                body.fault("include type must be one of: " + String.join(", ", INCLUDES));
            }
            types.add(type);
            if (type.equals("stats") && entry.object("range") instanceof Change.Set<JsonBody>(var range)) {
                from = range.instant("start").over(from, from);
                // The last day is part of it.
                to = range.instant("end")
                        .map(end -> end.plus(Duration.ofDays(1)))
                        .over(to, to);
            }
        }
        if (!from.isBefore(to)) {
            body.fault("include range start must be before its end");
        }
        return new Include(types, from, to);
    }

    // Conditions

    private static List<Filter.Group> groups(JsonBody body) {
        boolean once = everyEmailOnce(body);
        var groups = new ArrayList<Filter.Group>();
        for (var entry : entries(body, "all", CONDITIONS_MAX)) {
            group(entry, once).ifPresent(groups::add);
        }
        return groups;
    }

    /// What `counting_mode` says.
    static boolean everyEmailOnce(JsonBody body) {
        return word(body, "counting_mode", List.of("raw", "unique_email"), "raw")
                .equals("unique_email");
    }

    private static Optional<Filter.Group> group(JsonBody entry, boolean once) {
        var type = word(entry, "type", TYPES, "");
        return switch (type) {
            case "opens", "clicks", "sent", "delivered" -> one(engaged(entry, type, once));
            case "subscribed" -> subscribed(entry);
            case "subscriber_state" -> states(entry);
            case "tags" -> tags(entry);
            case "attribution" -> attribution(entry);
            case "custom_field" -> field(entry);
            case "location" -> location(entry);
            default -> {
                if (!entry.has("type")) {
                    entry.fault("all type must be one of: " + String.join(", ", TYPES));
                }
                yield Optional.empty();
            }
        };
    }

    private static Optional<Filter.Group> one(Condition condition) {
        return Optional.of(new Filter.Group(Filter.Match.ALL, List.of(condition)));
    }

    /// An engagement as the body of a condition tells it.
    ///
    /// @param kind one of the four types
    static Condition.Engaged engaged(JsonBody body, String kind, boolean once) {
        return new Condition.Engaged(
                Condition.Engagement.valueOf(kind.toUpperCase(Locale.ROOT)),
                once,
                count(body),
                instant(body, "after"),
                instant(body, "before"),
                about(body, kind));
    }

    private static Condition.Count count(JsonBody body) {
        var moreThan = number(body, "count_greater_than");
        var atLeast = number(body, "count_greater_than_or_equal");
        var lessThan = number(body, "count_less_than");
        var atMost = number(body, "count_less_than_or_equal");
        if (moreThan.isEmpty() && atLeast.isEmpty() && lessThan.isEmpty() && atMost.isEmpty()) {
            return Condition.Count.ONCE;
        }
        long min = Math.max(moreThan.map(count -> count + 1).orElse(0L), atLeast.orElse(0L));
        long max = Math.min(lessThan.map(count -> count - 1).orElse(Long.MAX_VALUE), atMost.orElse(Long.MAX_VALUE));
        return new Condition.Count(min, max == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(max));
    }

    private static Optional<Long> number(JsonBody body, String name) {
        return body.integer(name, 0, COUNT_MAX)
                .<Optional<Long>>map(Optional::of)
                .over(Optional.empty(), Optional.empty());
    }

    private static Optional<Instant> instant(JsonBody body, String name) {
        return body.instant(name).<Optional<Instant>>map(Optional::of).over(Optional.empty(), Optional.empty());
    }

    private static List<Condition.About> about(JsonBody body, String kind) {
        var allowed = kind.equals("clicks") ? List.of("broadcasts", "urls") : List.of("broadcasts");
        var about = new ArrayList<Condition.About>();
        for (var entry : entries(body, "any", CONDITIONS_MAX)) {
            switch (word(entry, "type", allowed, "")) {
                case "broadcasts" ->
                    about.add(new Condition.About.Broadcasts(
                            ids(entry, "ids").stream().map(BroadcastId::new).toList()));
                case "urls" -> about.addAll(urls(entry));
                default -> {
                    if (!entry.has("type")) {
                        body.fault("any type must be one of: " + String.join(", ", allowed));
                    }
                }
            }
        }
        return about;
    }

    private static List<Condition.About> urls(JsonBody entry) {
        var about = new ArrayList<Condition.About>();
        if (entry.has("ids")) {
            about.add(new Condition.About.Links(
                    ids(entry, "ids").stream().map(LinkId::new).toList()));
        }
        if (entry.has("urls")) {
            var matching = word(entry, "matching", Condition.Matching.NAMES, "exact");
            about.add(new Condition.About.Urls(
                    texts(entry, "urls"), Condition.Matching.valueOf(matching.toUpperCase(Locale.ROOT))));
        }
        if (about.isEmpty()) {
            entry.fault("any urls must have ids or urls");
        }
        return about;
    }

    private static Optional<Filter.Group> subscribed(JsonBody entry) {
        var after = instant(entry, "after");
        var before = instant(entry, "before");
        return after.isEmpty() && before.isEmpty() ? Optional.empty() : one(new Condition.Subscribed(after, before));
    }

    private static Optional<Filter.Group> states(JsonBody entry) {
        var names = texts(entry, "states");
        if (names.isEmpty() || !SubscriberState.NAMES.containsAll(names)) {
            entry.fault("all states must be one or more of: " + String.join(", ", SubscriberState.NAMES));
            return Optional.empty();
        }
        return any(names.stream()
                .flatMap(name -> SubscriberState.named(name).stream())
                .<Condition>map(Condition.StateIs::new)
                .toList());
    }

    private static Optional<Filter.Group> any(List<Condition> conditions) {
        return conditions.isEmpty() ? Optional.empty() : Optional.of(new Filter.Group(Filter.Match.ANY, conditions));
    }

    private static Optional<Filter.Group> tags(JsonBody entry) {
        var conditions = new ArrayList<Condition>();
        for (var matcher : entries(entry, "any", CONDITIONS_MAX)) {
            word(matcher, "type", List.of("ids"), "ids");
            ids(matcher, "matching").forEach(id -> conditions.add(new Condition.HasTag(new TagId(id))));
        }
        if (conditions.isEmpty()) {
            entry.fault("all tags must have any with the ids of tags");
        }
        return any(conditions);
    }

    private static Optional<Filter.Group> attribution(JsonBody entry) {
        var conditions = new ArrayList<Condition>();
        for (var source : entries(entry, "any", CONDITIONS_MAX)) {
            switch (word(source, "type", List.of("forms", "kit_source"), "")) {
                case "forms" ->
                    conditions.add(new Condition.CameByForm(
                            ids(source, "ids").stream().map(FormId::new).toList()));
                case "kit_source" ->
                    conditions.add(new Condition.CameFrom(
                            text(source, "source_type"),
                            source.has("source_ids") ? ids(source, "source_ids") : List.of(),
                            texts(source, "source_names"),
                            text(source, "mechanism"),
                            source.has("mechanism_ids") ? ids(source, "mechanism_ids") : List.of()));
                default -> {
                    if (!source.has("type")) {
                        entry.fault("any type must be one of: forms, kit_source");
                    }
                }
            }
        }
        if (conditions.isEmpty() && !entry.has("any")) {
            entry.fault("all attribution must have any with forms or kit_source");
        }
        return any(conditions);
    }

    private static Optional<Filter.Group> field(JsonBody entry) {
        var id = entry.id("subscriber_custom_field_id")
                .<Optional<Long>>map(Optional::of)
                .over(Optional.empty(), Optional.empty())
                .map(CustomFieldId::new);
        var comparison = word(entry, "comparison", COMPARISONS, "is");
        var value = entry.text("value", TEXT_MAX).over("", "");
        if (id.isEmpty()) {
            if (!entry.has("subscriber_custom_field_id")) {
                entry.fault("all subscriber_custom_field_id can't be blank");
            }
            return Optional.empty();
        }
        return switch (comparison) {
            case "is" -> one(new Condition.FieldEquals(id.get(), value));
            case "contains" ->
                one(
                        value.isBlank()
                                ? new Condition.FieldHasValue(id.get())
                                : new Condition.FieldContains(id.get(), value));
            case "has_value" -> one(new Condition.FieldHasValue(id.get()));
            default -> compares(entry, id.get(), comparison, value).flatMap(SubscriberFilterEndpoints::one);
        };
    }

    /// A comparison of numbers; a value that is none is a fault.
    static Optional<Condition> compares(JsonBody body, CustomFieldId field, String comparison, String value) {
        var number = value.strip();
        if (!number.matches("-?[0-9]{1,30}(\\.[0-9]{1,30})?")) {
            body.fault("value must be a number for the comparison " + comparison);
            return Optional.empty();
        }
        return Optional.of(new Condition.FieldCompares(
                field, Condition.Comparison.valueOf(comparison.toUpperCase(Locale.ROOT)), new BigDecimal(number)));
    }

    private static Optional<Filter.Group> location(JsonBody entry) {
        var latitude = degrees(entry, "latitude", BigDecimal.valueOf(-90), BigDecimal.valueOf(90));
        var longitude = degrees(entry, "longitude", BigDecimal.valueOf(-180), BigDecimal.valueOf(180));
        var radius = degrees(entry, "radius", BigDecimal.ZERO, RADIUS_MAX);
        return latitude.isPresent() && longitude.isPresent() && radius.isPresent()
                ? one(new Condition.Near(latitude.get(), longitude.get(), radius.get()))
                : Optional.empty();
    }

    private static Optional<Double> degrees(JsonBody entry, String name, BigDecimal min, BigDecimal max) {
        var change = entry.decimal(name, min, max, DECIMALS_MAX);
        if (change instanceof Change.Set<BigDecimal>(var number)) {
            return Optional.of(number.doubleValue());
        }
        if (!(change instanceof Change.Keep && entry.has(name))) {
            entry.fault("all location must have " + name);
        }
        return Optional.empty();
    }

    // Reading

    private static List<JsonBody> entries(JsonBody body, String name, int max) {
        var entries = body.objects(name).over(List.of(), List.of());
        if (entries.size() > max) {
            body.fault(name + " must have at most " + max + " entries");
            return List.of();
        }
        return entries;
    }

    private static String word(JsonBody body, String name, List<String> allowed, String byDefault) {
        var word = body.text(name, TEXT_MAX).over(byDefault, byDefault);
        if (!word.equals(byDefault) && !allowed.contains(word)) {
            body.fault(name + " must be one of: " + String.join(", ", allowed));
            return byDefault;
        }
        return word;
    }

    private static Optional<String> text(JsonBody body, String name) {
        return Optional.of(body.text(name, TEXT_MAX).over("", "")).filter(text -> !text.isEmpty());
    }

    private static List<String> texts(JsonBody body, String name) {
        var texts = body.texts(name).over(List.of(), List.of());
        if (texts.size() > LIST_MAX) {
            body.fault(name + " must have at most " + LIST_MAX + " entries");
            return List.of();
        }
        return texts;
    }

    private static List<Long> ids(JsonBody body, String name) {
        var change = body.ids(name);
        var ids = change.over(List.of(), List.of());
        if ((ids.isEmpty() && !(change instanceof Change.Keep && body.has(name))) || ids.size() > LIST_MAX) {
            body.fault(name + " must have 1 to " + LIST_MAX + " ids");
            return List.of();
        }
        return ids;
    }
}
