package reynard.segment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.Id;
import reynard.id.SegmentId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.subscriber.CustomFields;
import reynard.subscriber.SubscriberJson;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;

/// Kit's operation on segments, and ours to make, change and ask them.
public final class SegmentEndpoints {
    private static final int NAME_MAX = 255;
    private static final int TEXT_MAX = 10_000;
    private static final int GROUPS_MAX = 20;
    private static final int CONDITIONS_MAX = 50;
    private static final List<String> TYPES = List.of(
            "tag",
            "form",
            "sequence",
            "custom_field",
            "state",
            "subscribed",
            "email",
            "opens",
            "clicks",
            "sent",
            "delivered");
    private static final List<String> COMPARISONS = List.of(
            "is",
            "is_not",
            "contains",
            "has_value",
            "greater_than",
            "greater_than_or_equal",
            "less_than",
            "less_than_or_equal");

    private final Database database;
    private final Segments segments;
    private final Subscribers subscribers;
    private final CustomFields customFields;

    public SegmentEndpoints(Database database, Segments segments, Subscribers subscribers, CustomFields customFields) {
        this.database = database;
        this.segments = segments;
        this.subscribers = subscribers;
        this.customFields = customFields;
    }

    public void register(Routes routes) {
        routes.get("/v4/segments", this::list);
        routes.post("/ext/v1/segments", this::create);
        routes.post("/ext/v1/segments/preview", this::preview);
        routes.get("/ext/v1/segments/{id}", this::show);
        routes.put("/ext/v1/segments/{id}", this::update);
        routes.delete("/ext/v1/segments/{id}", this::delete);
        routes.get("/ext/v1/segments/{id}/subscribers", this::matching);
        routes.get("/ext/v1/segments/{id}/count", this::count);
    }

    record SegmentJson(SegmentId id, String name, Instant createdAt) {}

    private Reply list(Request request) {
        var page = segments.list(request.account(), request.page());
        return Reply.ok(PageJson.of(
                "segments", page, segment -> new SegmentJson(segment.id(), segment.name(), segment.createdAt())));
    }

    /// What a filter names.
    record NamedJson(String type, Id id) {}

    /// @param missing what the filter names and is not there any more; nobody has it
    record OwnSegmentJson(
            SegmentId id,
            String name,
            List<Map<String, Object>> filter,
            List<NamedJson> missing,
            Instant createdAt,
            Instant updatedAt) {}

    private Map<String, OwnSegmentJson> json(Tx tx, AccountId account, Segment segment) {
        return Map.of(
                "segment",
                new OwnSegmentJson(
                        segment.id(),
                        segment.name(),
                        FilterJson.write(segment.filter()),
                        segments.unknown(tx, account, segment.filter()).stream()
                                .map(id -> new NamedJson(noun(id), id))
                                .toList(),
                        segment.createdAt(),
                        segment.updatedAt()));
    }

    private Reply show(Request request) {
        var id = request.path("id", SegmentId::new);
        return database.inTx(tx -> segments.find(tx, request.account(), id)
                .map(segment -> Reply.ok(json(tx, request.account(), segment)))
                .orElseGet(Reply::notFound));
    }

    private Reply create(Request request) {
        var body = request.json();
        return database.inTx(tx -> Reply.created(json(tx, request.account(), create(tx, request.account(), body))));
    }

    /// As a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Segment create(Tx tx, AccountId account, JsonBody body) {
        var name = name(body, true);
        var filter = filter(tx, account, body, true);
        body.refuseFaults();
        return segments.create(tx, account, name.orElseThrow(), filter.orElseThrow());
    }

    private Reply update(Request request) {
        var id = request.path("id", SegmentId::new);
        return database.inTx(tx -> {
            if (segments.find(tx, request.account(), id).isEmpty()) {
                return Reply.notFound();
            }
            return update(tx, request.account(), id, request.json())
                    .map(segment -> Reply.ok(json(tx, request.account(), segment)))
                    .orElseGet(Reply::notFound);
        });
    }

    /// Changes a segment as a body of the API says. Empty when there is no such segment.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Optional<Segment> update(Tx tx, AccountId account, SegmentId id, JsonBody body) {
        var name = name(body, false);
        var filter = filter(tx, account, body, false);
        body.refuseFaults();
        return segments.update(tx, account, id, name, filter);
    }

    /// How many match the filter of a body now.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public long count(Tx tx, AccountId account, JsonBody body) {
        var filter = filter(tx, account, body, true);
        body.refuseFaults();
        return segments.count(tx, account, filter.orElseThrow());
    }

    /// A filter as the API writes it.
    public static List<Map<String, Object>> json(Filter filter) {
        return FilterJson.write(filter);
    }

    private Reply delete(Request request) {
        return switch (segments.delete(request.account(), request.path("id", SegmentId::new))) {
            case Segments.Deletion.Deleted _ -> Reply.noContent();
            case Segments.Deletion.NoSuchSegment _ -> Reply.notFound();
            case Segments.Deletion.InUse(var sequences, var broadcasts) ->
                Reply.invalid(Stream.concat(
                                sequences.stream()
                                        .map(sequence -> "Segment is excluded by sequence " + sequence.value()),
                                broadcasts.stream()
                                        .map(broadcast ->
                                                "Segment is in the audience of broadcast " + broadcast.value()))
                        .toList());
        };
    }

    private Reply preview(Request request) {
        var page = request.page();
        var body = request.json();
        return database.inTx(tx -> {
            var filter = filter(tx, request.account(), body, true);
            body.refuseFaults();
            var json = people(tx, request.account(), filter.orElseThrow(), page, false);
            json.put("count", segments.count(tx, request.account(), filter.orElseThrow()));
            return Reply.ok(json);
        });
    }

    private Reply matching(Request request) {
        var id = request.path("id", SegmentId::new);
        boolean slim = request.flag("slim");
        var page = request.page();
        return database.inTx(tx -> segments.find(tx, request.account(), id)
                .map(segment -> Reply.ok(people(tx, request.account(), segment.filter(), page, slim)))
                .orElseGet(Reply::notFound));
    }

    private Map<String, Object> people(Tx tx, AccountId account, Filter filter, PageRequest page, boolean slim) {
        var matching = segments.matching(tx, account, filter, page);
        var rows = SubscriberJson.rows(tx, account, matching.items(), slim, subscribers, customFields);
        return PageJson.of("subscribers", matching, rows);
    }

    private Reply count(Request request) {
        var id = request.path("id", SegmentId::new);
        return database.inTx(tx -> segments.find(tx, request.account(), id)
                .map(segment -> Reply.ok(Map.of("count", segments.count(tx, request.account(), segment.filter()))))
                .orElseGet(Reply::notFound));
    }

    private static Optional<String> name(JsonBody body, boolean required) {
        var name = body.line("name", NAME_MAX);
        if (name instanceof Change.Set<String>(var text) && !text.isBlank()) {
            return Optional.of(text.strip());
        }
        if (body.has("name") ? !(name instanceof Change.Keep<String>) : required) {
            body.fault("name can't be blank");
        }
        return Optional.empty();
    }

    private Optional<Filter> filter(Tx tx, AccountId account, JsonBody body, boolean required) {
        var filter = filter(body);
        if (filter.isEmpty() && required && !body.has("filter")) {
            body.fault("filter can't be blank");
        }
        filter.ifPresent(known -> segments.unknown(tx, account, known)
                .forEach(id -> body.fault("filter " + noun(id) + " not found: " + id.value())));
        return filter;
    }

    private static String noun(Id id) {
        return switch (id) {
            case TagId _ -> "tag";
            case FormId _ -> "form";
            case SequenceId _ -> "sequence";
            case CustomFieldId _ -> "custom_field";
            default -> throw new IllegalArgumentException("a filter does not name " + id);
        };
    }

    /// The filter as a body has it. Faults are left in the body; what is faulty is left out of the filter.
    ///
    /// @return empty when the body has none
    static Optional<Filter> filter(JsonBody body) {
        if (!(body.objects("filter") instanceof Change.Set<List<JsonBody>>(var entries))) {
            if (body.value("filter") instanceof Change.Clear) {
                body.fault("filter can't be null");
            }
            return Optional.empty();
        }
        if (entries.size() > GROUPS_MAX) {
            body.fault("filter must have at most " + GROUPS_MAX + " groups");
            return Optional.empty();
        }
        var groups = new ArrayList<Filter.Group>();
        for (var entry : entries) {
            group(entry).ifPresent(groups::add);
        }
        return Optional.of(new Filter(groups));
    }

    private static Optional<Filter.Group> group(JsonBody body) {
        var match =
                body.names().size() == 1 ? Filter.Match.named(body.names().getFirst()) : Optional.<Filter.Match>empty();
        if (match.isEmpty()) {
            body.fault("filter groups must have exactly one of: " + String.join(", ", Filter.Match.NAMES));
            return Optional.empty();
        }
        var name = match.get().wireName();
        var entries = body.objects(name).over(List.of(), List.of());
        if (entries.isEmpty() || entries.size() > CONDITIONS_MAX) {
            body.fault("filter " + name + " must have 1 to " + CONDITIONS_MAX + " conditions");
            return Optional.empty();
        }
        var conditions = new ArrayList<Condition>();
        for (var entry : entries) {
            condition(entry).ifPresent(conditions::add);
        }
        return conditions.isEmpty() ? Optional.empty() : Optional.of(new Filter.Group(match.get(), conditions));
    }

    private static Optional<? extends Condition> condition(JsonBody body) {
        return switch (oneOf(body, "type", TYPES)) {
            case null -> Optional.empty();
            case "tag" -> id(body, TagId::new).map(Condition.HasTag::new);
            case "form" -> id(body, FormId::new).map(Condition.InForm::new);
            case "sequence" -> id(body, SequenceId::new).map(Condition.InSequence::new);
            case "custom_field" -> field(body);
            case "state" ->
                Optional.ofNullable(oneOf(body, "state", SubscriberState.NAMES))
                        .flatMap(SubscriberState::named)
                        .map(Condition.StateIs::new);
            case "subscribed" -> subscribed(body);
            case "email" -> text(body, "contains").map(Condition.EmailContains::new);
            case String engagement ->
                Optional.of(SubscriberFilterEndpoints.engaged(
                        body, engagement, SubscriberFilterEndpoints.everyEmailOnce(body)));
        };
    }

    private static Optional<? extends Condition> field(JsonBody body) {
        var id = id(body, CustomFieldId::new);
        var comparison = oneOf(body, "comparison", COMPARISONS);
        if (comparison == null) {
            return Optional.empty();
        }
        if (comparison.equals("has_value")) {
            return id.map(Condition.FieldHasValue::new);
        }
        var value = text(body, "value");
        if (id.isEmpty() || value.isEmpty()) {
            return Optional.empty();
        }
        return switch (comparison) {
            case "is" -> Optional.of(new Condition.FieldIs(id.get(), value.get()));
            case "is_not" -> Optional.of(new Condition.FieldIsNot(id.get(), value.get()));
            case "contains" -> Optional.of(new Condition.FieldContains(id.get(), value.get()));
            default -> SubscriberFilterEndpoints.compares(body, id.get(), comparison, value.get());
        };
    }

    private static Optional<Condition.Subscribed> subscribed(JsonBody body) {
        var after = body.instant("after").<Optional<Instant>>map(Optional::of).over(Optional.empty(), Optional.empty());
        var before =
                body.instant("before").<Optional<Instant>>map(Optional::of).over(Optional.empty(), Optional.empty());
        if (after.isEmpty() && before.isEmpty()) {
            if (!body.has("after") && !body.has("before")) {
                body.fault("filter condition subscribed must have after or before");
            }
            return Optional.empty();
        }
        return Optional.of(new Condition.Subscribed(after, before));
    }

    private static @Nullable String oneOf(JsonBody body, String name, List<String> allowed) {
        var change = body.text(name, TEXT_MAX);
        if (change instanceof Change.Set<String>(var text) && allowed.contains(text)) {
            return text;
        }
        fault(body, name, change, "must be one of: " + String.join(", ", allowed));
        return null;
    }

    private static Optional<String> text(JsonBody body, String name) {
        var change = body.text(name, TEXT_MAX);
        if (change instanceof Change.Set<String>(var text) && !text.isBlank()) {
            return Optional.of(text);
        }
        fault(body, name, change, "can't be blank");
        return Optional.empty();
    }

    private static <T extends Id> Optional<T> id(JsonBody body, LongFunction<T> id) {
        var change = body.id("id");
        if (change instanceof Change.Set<Long>(var value)) {
            return Optional.of(id.apply(value));
        }
        fault(body, "id", change, "must be an id");
        return Optional.empty();
    }

    // What is there and yet was not read has its fault already.
    private static void fault(JsonBody body, String name, Change<?> change, String rule) {
        if (!(change instanceof Change.Keep && body.has(name))) {
            body.fault("filter condition " + name + " " + rule);
        }
    }
}
