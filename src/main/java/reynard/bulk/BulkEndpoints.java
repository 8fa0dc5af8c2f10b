package reynard.bulk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.BulkJobId;
import reynard.mail.EmailAddress;
import reynard.subscriber.SubscriberState;
import reynard.webhook.Callbacks;

/// Kit's operations on many things at once, and ours to see how far they are.
public final class BulkEndpoints {
    private static final String QUEUE_FULL =
            "This request exceeds your queued bulk requests limit. Please wait while we process your existing requests"
                    + " and try again later.";
    private static final int BODY_BYTES_MAX = 25_000_000;
    // Long requests are read side by side only as far as there is memory for them.
    private static final int READING_MEGABYTES_MAX = 60;
    private static final Duration READING_WAIT_MAX = Duration.ofSeconds(10);
    private static final int FAILURES_SHOWN_MAX = 100;
    private static final int NAME_MAX = 255;
    private static final int TEXT_MAX = 10_000;
    private static final int REFERRER_MAX = 8_000;

    private final Bulk bulk;
    private final Callbacks callbacks;
    private final Semaphore reading = new Semaphore(READING_MEGABYTES_MAX);

    public BulkEndpoints(Bulk bulk, Callbacks callbacks) {
        this.bulk = bulk;
        this.callbacks = callbacks;
    }

    public void register(Routes routes) {
        register(routes, Routes.Verb.POST, "subscribers", BulkOperation.UPSERT_SUBSCRIBERS);
        register(routes, Routes.Verb.POST, "tags", BulkOperation.CREATE_TAGS);
        register(routes, Routes.Verb.DELETE, "tags", BulkOperation.DELETE_TAGS);
        register(routes, Routes.Verb.POST, "tags/subscribers", BulkOperation.TAG);
        register(routes, Routes.Verb.DELETE, "tags/subscribers", BulkOperation.UNTAG);
        register(routes, Routes.Verb.POST, "custom_fields", BulkOperation.CREATE_CUSTOM_FIELDS);
        register(routes, Routes.Verb.POST, "custom_fields/subscribers", BulkOperation.SET_FIELD_VALUES);
        register(routes, Routes.Verb.POST, "forms/subscribers", BulkOperation.ADD_TO_FORMS);
        routes.get("/ext/v1/bulk_jobs", this::list);
        routes.get("/ext/v1/bulk_jobs/{id}", this::show);
    }

    private void register(Routes routes, Routes.Verb verb, String path, BulkOperation operation) {
        routes.tokenOnly(verb, "/v4/bulk/" + path, BODY_BYTES_MAX, request -> take(request, operation));
    }

    private Reply take(Request request, BulkOperation operation) {
        int megabytes = (int) Math.min(BODY_BYTES_MAX, request.bodyBytes().orElse(BODY_BYTES_MAX)) / 1_000_000;
        try {
            if (!reading.tryAcquire(megabytes, READING_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                return Reply.tooMany("Too many large requests at once. Please try again later.", READING_WAIT_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.error(503, "The server stops");
        }
        try {
            return read(request, operation);
        } finally {
            reading.release(megabytes);
        }
    }

    private Reply read(Request request, BulkOperation operation) {
        var items = new Bulk.Request(operation);
        var streamed = request.stream(operation.plural(), item -> add(items, operation, item));
        var callbackUrl = callbackUrl(streamed.rest());
        streamed.rest().refuseFaults();
        if (items.isEmpty()) {
            throw new InvalidRequest("No " + operation.words() + " included for processing");
        }
        return switch (bulk.submit(request.account(), request.app(), items, streamed.bytes(), callbackUrl)) {
            case Bulk.Submission.Done(var body) -> Reply.ok(body);
            case Bulk.Submission.Queued _ -> Reply.accepted(Map.of());
            case Bulk.Submission.QueueFull _ -> Reply.error(413, QUEUE_FULL);
        };
    }

    private Optional<String> callbackUrl(JsonBody body) {
        if (!(body.line("callback_url", Callbacks.URL_CHARACTERS_MAX) instanceof Change.Set<String>(var text))
                || text.isBlank()) {
            return Optional.empty();
        }
        callbacks.fault(text.strip()).ifPresent(rule -> body.fault("callback_url " + rule));
        return Optional.of(text.strip());
    }

    private static void add(Bulk.Request items, BulkOperation operation, JsonBody body) {
        var item = item(operation, body);
        var faults = new ArrayList<>(body.faults());
        fault(item).ifPresent(faults::add);
        items.add(item, !body.names().isEmpty(), faults);
    }

    private static Item item(BulkOperation operation, JsonBody body) {
        return switch (operation) {
            case UPSERT_SUBSCRIBERS ->
                new Item.Person(
                        text(body.text("first_name", TEXT_MAX)),
                        raw(body, "email_address"),
                        body.value("state") instanceof Change.Set<JsonNode> ? raw(body, "state") : "active",
                        null);
            case CREATE_TAGS -> new Item.TagName(text(body.line("name", NAME_MAX)));
            case DELETE_TAGS -> new Item.TagReference(id(body, "id"));
            case TAG, UNTAG -> new Item.Tagging(id(body, "tag_id"), id(body, "subscriber_id"));
            case CREATE_CUSTOM_FIELDS -> new Item.FieldLabel(text(body.line("label", NAME_MAX)));
            case SET_FIELD_VALUES ->
                new Item.FieldValue(id(body, "subscriber_id"), id(body, "subscriber_custom_field_id"), value(body));
            case ADD_TO_FORMS ->
                new Item.Addition(
                        id(body, "form_id"), id(body, "subscriber_id"), text(body.text("referrer", REFERRER_MAX)));
            case ADD_TO_SEQUENCE, REMOVE_FROM_SEQUENCE, IMPORT_PEOPLE ->
                throw new IllegalStateException("no request of the API does this: " + operation);
        };
    }

    /// What makes it impossible, whatever is in the database.
    private static Optional<String> fault(Item item) {
        return switch (item) {
            case Item.Person person
            when person.emailAddress() == null
                    || EmailAddress.parse(person.emailAddress().strip()).isEmpty() ->
                Optional.of("Email address is invalid");
            case Item.Person person
            when person.state() == null || SubscriberState.named(person.state()).isEmpty() ->
                Optional.of("state must be one of: " + String.join(", ", SubscriberState.NAMES));
            case Item.TagName(var name) when name == null || name.isBlank() -> Optional.of("Name can't be blank");
            case Item.FieldLabel(var label)
            when label == null || label.isBlank() -> Optional.of("Label can't be blank");
            case Item.FieldValue(var _, var _, var value) when value == null -> Optional.of("Value is invalid");
            case Item.Person _,
                    Item.TagName _,
                    Item.TagReference _,
                    Item.Tagging _,
                    Item.FieldLabel _,
                    Item.FieldValue _,
                    Item.Addition _,
                    Item.Placement _,
                    Item.Arrival _ -> Optional.empty();
        };
    }

    private static @Nullable String text(Change<String> change) {
        return change instanceof Change.Set<String>(var text) ? text : null;
    }

    /// A text of which more is wrong than its length; its fault is told in Kit's words.
    private static @Nullable String raw(JsonBody body, String name) {
        return body.value(name) instanceof Change.Set<JsonNode>(var node) && node.isTextual()
                ? text(body.text(name, TEXT_MAX))
                : null;
    }

    private static @Nullable Long id(JsonBody body, String name) {
        return body.id(name) instanceof Change.Set<Long>(var id) ? id : null;
    }

    /// Numbers and booleans are taken as they are written.
    private static @Nullable String value(JsonBody body) {
        return body.value("value") instanceof Change.Set<JsonNode>(var node)
                        && (node.isBoolean() || (node.isNumber() && Double.isFinite(node.doubleValue())))
                ? node.asText()
                : text(body.text("value", TEXT_MAX));
    }

    record CallbackJson(
            String url,
            String status,
            int attempts,
            @Nullable String error) {}

    record JobJson(
            BulkJobId id,
            String operation,
            String status,
            int items,
            int done,
            int failed,
            Instant createdAt,
            @Nullable Instant finishedAt,
            @Nullable CallbackJson callback,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<Map<String, Object>> failures) {
        static JobJson of(BulkJob job, @Nullable List<Map<String, Object>> failures) {
            return new JobJson(
                    job.id(),
                    job.operation().wireName(),
                    job.status(),
                    job.items(),
                    job.done(),
                    job.failed(),
                    job.createdAt(),
                    job.finishedAt().orElse(null),
                    job.callback()
                            .map(callback -> new CallbackJson(
                                    callback.url(),
                                    callback.status(),
                                    callback.attempts(),
                                    callback.error().orElse(null)))
                            .orElse(null),
                    failures);
        }
    }

    private Reply list(Request request) {
        var page = bulk.list(request.account(), request.page());
        return Reply.ok(PageJson.of("bulk_jobs", page, job -> JobJson.of(job, null)));
    }

    private Reply show(Request request) {
        return bulk.find(request.account(), request.path("id", BulkJobId::new), FAILURES_SHOWN_MAX)
                .map(shown -> Reply.ok(Map.of("bulk_job", JobJson.of(shown.job(), shown.failures()))))
                .orElseGet(Reply::notFound);
    }
}
