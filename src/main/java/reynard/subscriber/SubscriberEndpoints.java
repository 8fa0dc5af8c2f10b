package reynard.subscriber;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;

/// Kit's operations on subscribers and custom fields.
public final class SubscriberEndpoints {
    private static final int TEXT_MAX = 10_000;
    private static final int FIELDS_MAX = 140;
    /// With more fields than this Kit answers 202, and the fields as null.
    private static final int FIELDS_AT_ONCE = 10;

    private static final String NO_KEY = "Label must have a letter or digit to make a key of";
    private static final String INVALID_EMAIL = "Email address is invalid";
    private static final List<String> STATUSES = statuses();
    private static final List<String> SORT_FIELDS = Stream.concat(
                    SubscriberSort.names(
                            SubscriberSort.ID,
                            SubscriberSort.CREATED_AT,
                            SubscriberSort.UPDATED_AT,
                            SubscriberSort.CANCELLED_AT,
                            SubscriberSort.ENGAGEMENT__SENT,
                            SubscriberSort.ENGAGEMENT__OPENS,
                            SubscriberSort.ENGAGEMENT__CLICKS,
                            SubscriberSort.ENGAGEMENT__OPEN_RATE,
                            SubscriberSort.ENGAGEMENT__CLICK_RATE)
                            .stream(),
                    Stream.of("canceled_at"))
            .toList();

    private final Database database;
    private final Subscribers subscribers;
    private final CustomFields customFields;

    public SubscriberEndpoints(Database database, Subscribers subscribers, CustomFields customFields) {
        this.database = database;
        this.subscribers = subscribers;
        this.customFields = customFields;
    }

    public void register(Routes routes) {
        routes.get("/v4/subscribers", this::list);
        routes.post("/v4/subscribers", this::upsert);
        routes.get("/v4/subscribers/{id}", this::show);
        routes.put("/v4/subscribers/{id}", this::update);
        routes.post("/v4/subscribers/{id}/unsubscribe", this::unsubscribe);
        routes.post("/ext/v1/subscribers/{id}/confirm", this::confirm);
        routes.get("/v4/custom_fields", this::listFields);
        routes.post("/v4/custom_fields", this::createField);
        routes.put("/v4/custom_fields/{id}", this::relabelField);
        routes.delete("/v4/custom_fields/{id}", this::deleteField);
    }

    private static List<String> statuses() {
        var statuses = new ArrayList<>(SubscriberState.NAMES);
        statuses.add("all");
        return List.copyOf(statuses);
    }

    /// The state that the parameter `status` asks for: active when it is not given, empty for all.
    public static Optional<SubscriberState> status(Request request) {
        var status = request.oneOf("status", STATUSES).orElse("active");
        return status.equals("all") ? Optional.empty() : SubscriberState.named(status);
    }

    /// What `status`, `…_after` and `…_before` ask for in a list of members.
    ///
    /// @param joined what this list calls becoming a member: `added` or `tagged`
    public static MemberFilter members(Request request, String joined) {
        return new MemberFilter(
                status(request),
                request.instant(joined + "_after"),
                request.instant(joined + "_before"),
                request.instant("created_after"),
                request.instant("created_before"));
    }

    private Reply list(Request request) {
        var include = request.words("include", List.of("attribution", "tags", "location", "canceled_at"));
        var status = status(request);
        var sort = sort(request, status);
        if (include.contains("canceled_at")
                && status.filter(SubscriberState.CANCELLED::equals).isEmpty()) {
            throw new InvalidRequest("The status param must be `cancelled` if include contains `canceled_at`");
        }
        var order = request.oneOf("sort_order", List.of("asc", "desc"))
                        .orElse("desc")
                        .equals("asc")
                ? Listing.Order.ASCENDING
                : Listing.Order.DESCENDING;
        var filter = new SubscriberFilter(
                status,
                request.query("email_address")
                        .map(emails -> Arrays.asList(emails.strip().split("\\s*,\\s*")))
                        .orElse(List.of()),
                request.instant("created_after"),
                request.instant("created_before"),
                request.instant("updated_after"),
                request.instant("updated_before"));
        boolean slim = request.flag("slim");
        if (sort.isEngagement() && !filter.emailAddresses().isEmpty()) {
            throw new InvalidRequest("sort_field " + sort.wireName() + " can't be combined with email_address");
        }
        var page = subscribers.list(request.account(), filter, sort, order, request.page());
        return Reply.ok(PageJson.of("subscribers", page, rows(request.account(), page, include, slim)));
    }

    private static SubscriberSort sort(Request request, Optional<SubscriberState> status) {
        var field = request.oneOf("sort_field", SORT_FIELDS).orElse("id");
        var sort = SubscriberSort.named(field).orElse(SubscriberSort.CANCELLED_AT);
        if (sort == SubscriberSort.CANCELLED_AT
                && status.filter(SubscriberState.CANCELLED::equals).isEmpty()) {
            throw new InvalidRequest("The status param must be `cancelled` if sort_field is `cancelled_at`");
        }
        return sort;
    }

    private Function<Subscriber, Object> rows(
            AccountId account, Page<Subscriber> page, Set<String> include, boolean slim) {
        var fields = slim ? List.<CustomField>of() : fields(account);
        var ids = page.items().stream().map(Subscriber::id).toList();
        var extras = database.inTx(tx -> SubscriberJson.extras(tx, account, ids, include, subscribers));
        return subscriber -> {
            var json = slim ? SubscriberJson.slim(subscriber) : SubscriberJson.of(subscriber, fields);
            json.putAll(extras.apply(subscriber.id()));
            if (include.contains("canceled_at")) {
                json.put("canceled_at", subscriber.canceledAt().orElse(null));
            }
            return json;
        };
    }

    private List<CustomField> fields(AccountId account) {
        return database.inTx(tx -> customFields.all(tx, account));
    }

    private Reply show(Request request) {
        var id = request.path("id", SubscriberId::new);
        return subscribers
                .find(request.account(), id)
                .map(subscriber -> {
                    var json = SubscriberJson.of(subscriber, fields(request.account()));
                    json.put("canceled_at", subscriber.canceledAt().orElse(null));
                    json.put("location", SubscriberJson.location(location(request.account(), id)));
                    return Reply.ok(Map.of("subscriber", json));
                })
                .orElseGet(Reply::notFound);
    }

    private Optional<Location> location(AccountId account, SubscriberId id) {
        return Optional.ofNullable(database.inTx(tx -> subscribers.locations(tx, account, List.of(id)))
                .get(id));
    }

    private Reply upsert(Request request) {
        var body = request.json();
        var email = email(body, true);
        var firstName = body.text("first_name", TEXT_MAX).nullIsAbsent();
        var state = state(body);
        var fields = fields(request.account());
        var values = values(body, fields);
        body.refuseFaults();
        var saved = subscribers.upsert(request.account(), email.orElseThrow(), set(firstName), state, values.known());
        return answer(saved.created() ? 201 : 200, saved.subscriber(), fields, values);
    }

    private Reply update(Request request) {
        var id = request.path("id", SubscriberId::new);
        var body = request.json();
        var email = email(body, false);
        var firstName = body.text("first_name", TEXT_MAX);
        var fields = fields(request.account());
        var values = values(body, fields);
        body.refuseFaults();
        Optional<Optional<String>> newName = switch (firstName) {
            case Change.Keep<String> _ -> Optional.empty();
            case Change.Clear<String> _ -> Optional.of(Optional.empty());
            case Change.Set<String>(var name) -> Optional.of(Optional.of(name));
        };
        return switch (subscribers.update(request.account(), id, email, newName, values.known())) {
            case Subscribers.Update.Updated(var subscriber) -> answer(200, subscriber, fields, values);
            case Subscribers.Update.NoSuchSubscriber _ -> Reply.notFound();
            case Subscribers.Update.EmailTaken _ -> Reply.invalid("Email address has already been taken");
        };
    }

    private static Optional<EmailAddress> email(JsonBody body, boolean required) {
        // A faulty text is one fault, told in Kit's words; the reader's own sentence would be a second.
        return switch (body.value("email_address")) {
            case Change.Set<com.fasterxml.jackson.databind.JsonNode>(var node) -> {
                var email = node.isTextual()
                        ? EmailAddress.parse(node.textValue().strip())
                        : Optional.<EmailAddress>empty();
                if (email.isEmpty()) {
                    body.fault(INVALID_EMAIL);
                }
                yield email;
            }
            case Change.Clear<com.fasterxml.jackson.databind.JsonNode> _ -> {
                body.fault(INVALID_EMAIL);
                yield Optional.empty();
            }
            case Change.Keep<com.fasterxml.jackson.databind.JsonNode> _ -> {
                if (required) {
                    body.fault(INVALID_EMAIL);
                }
                yield Optional.empty();
            }
        };
    }

    private static SubscriberState state(JsonBody body) {
        var name = set(body.text("state", 20)).orElse("active");
        var state = SubscriberState.named(name);
        if (state.isEmpty()) {
            body.fault("state must be one of: " + String.join(", ", SubscriberState.NAMES));
        }
        return state.orElse(SubscriberState.ACTIVE);
    }

    private static Optional<String> set(Change<String> change) {
        return change instanceof Change.Set<String>(var value) ? Optional.of(value) : Optional.empty();
    }

    /// The custom fields of a request: values of those the account has, and the keys of the others.
    private record Values(Map<CustomFieldId, Optional<String>> known, List<String> unknown) {}

    private static Values values(JsonBody body, List<CustomField> fields) {
        if (!(body.object("fields") instanceof Change.Set<JsonBody>(var object))) {
            return new Values(Map.of(), List.of());
        }
        if (object.names().size() > FIELDS_MAX) {
            body.fault("fields must have at most " + FIELDS_MAX + " keys");
            return new Values(Map.of(), List.of());
        }
        var byKey = fields.stream().collect(Collectors.toMap(CustomField::key, CustomField::id));
        var known = new LinkedHashMap<CustomFieldId, Optional<String>>();
        var unknown = new ArrayList<String>();
        for (var name : object.names()) {
            var id = byKey.get(name);
            if (id == null) {
                unknown.add(name);
            } else {
                known.put(id, fieldValue(object, name));
            }
        }
        return new Values(known, unknown);
    }

    // Values are texts; numbers and booleans are taken as they are written.
    private static Optional<String> fieldValue(JsonBody object, String name) {
        if (object.value(name) instanceof Change.Set<com.fasterxml.jackson.databind.JsonNode>(var node)
                && (node.isBoolean() || (node.isNumber() && Double.isFinite(node.doubleValue())))) {
            return Optional.of(node.asText());
        }
        return set(object.text(name, TEXT_MAX));
    }

    private static Reply answer(int status, Subscriber subscriber, List<CustomField> fields, Values values) {
        boolean later = values.known().size() > FIELDS_AT_ONCE;
        var json = SubscriberJson.of(subscriber, fields);
        if (later) {
            var nulls = new LinkedHashMap<String, @Nullable String>();
            fields.stream()
                    .filter(field -> values.known().containsKey(field.id()))
                    .forEach(field -> nulls.put(field.key(), null));
            json.put("fields", nulls);
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("subscriber", json);
        if (!values.unknown().isEmpty()) {
            body.put(
                    "warnings",
                    values.unknown().stream()
                            .map(key -> "Custom field " + key + " does not exist and was ignored")
                            .toList());
        }
        return new Reply(later ? 202 : status, body, Map.of());
    }

    private Reply unsubscribe(Request request) {
        return subscribers.unsubscribe(request.account(), request.path("id", SubscriberId::new))
                ? Reply.noContent()
                : Reply.notFound();
    }

    /// Ours: the operator states that this person has confirmed. Again, or for someone who left, changes nothing.
    private Reply confirm(Request request) {
        var id = request.path("id", SubscriberId::new);
        return database.inTx(tx -> {
            if (subscribers.find(tx, request.account(), id).isEmpty()) {
                return Reply.notFound();
            }
            subscribers.confirm(tx, request.account(), id);
            return Reply.noContent();
        });
    }

    record CustomFieldJson(CustomFieldId id, String name, String key, String label) {
        static CustomFieldJson of(CustomField field) {
            return new CustomFieldJson(field.id(), field.name(), field.key(), field.label());
        }
    }

    private Reply listFields(Request request) {
        var page = customFields.list(request.account(), request.page());
        return Reply.ok(PageJson.of("custom_fields", page, CustomFieldJson::of));
    }

    private Reply createField(Request request) {
        return switch (customFields.create(request.account(), label(request))) {
            case CustomFields.Creation.Created(var field) ->
                Reply.created(Map.of("custom_field", CustomFieldJson.of(field)));
            case CustomFields.Creation.Existing(var field) ->
                Reply.ok(Map.of("custom_field", CustomFieldJson.of(field)));
            case CustomFields.Creation.NoKey _ -> Reply.invalid(NO_KEY);
        };
    }

    private static String label(Request request) {
        var body = request.json();
        var label = set(body.line("label", 255)).orElse("");
        body.refuseFaults();
        if (label.isBlank()) {
            throw new InvalidRequest("Label can't be blank");
        }
        return label;
    }

    private Reply relabelField(Request request) {
        var id = request.path("id", CustomFieldId::new);
        if (database.inTx(tx -> customFields.find(tx, request.account(), id)).isEmpty()) {
            return Reply.notFound();
        }
        return switch (customFields.relabel(request.account(), id, label(request))) {
            case CustomFields.Relabelling.Relabelled(var field) ->
                Reply.ok(Map.of("custom_field", CustomFieldJson.of(field)));
            case CustomFields.Relabelling.NoSuchField _ -> Reply.notFound();
            case CustomFields.Relabelling.LabelTaken _ -> Reply.invalid("Label has already been taken");
            case CustomFields.Relabelling.NoKey _ -> Reply.invalid(NO_KEY);
        };
    }

    private Reply deleteField(Request request) {
        return customFields.delete(request.account(), request.path("id", CustomFieldId::new))
                ? Reply.noContent()
                : Reply.notFound();
    }
}
