package reynard.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.ReceiverId;
import reynard.id.WebhookDeliveryId;

/// Kit's operations on webhook endpoints and their deliveries, and ours to send one once more.
public final class ReceiverEndpoints {
    private static final int TEXT_MAX = 255;
    private static final int EVENTS_MAX = 100;
    private static final String WINDOW_OPEN = "The previous signing secret is still within its rotation window.";

    private final Receivers receivers;
    private final Reach reach;
    private final InstantSource clock;

    public ReceiverEndpoints(Receivers receivers, Reach reach, InstantSource clock) {
        this.receivers = receivers;
        this.reach = reach;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/v4/webhook_endpoints", this::list);
        routes.post("/v4/webhook_endpoints", this::create);
        routes.get("/v4/webhook_endpoints/{id}", this::show);
        routes.patch("/v4/webhook_endpoints/{id}", this::update);
        routes.delete("/v4/webhook_endpoints/{id}", this::delete);
        routes.post("/v4/webhook_endpoints/{id}/rotate_secret", this::rotate);
        routes.post("/v4/webhook_endpoints/{id}/revoke_previous_secret", this::revokePrevious);
        routes.get("/v4/webhook_endpoints/{id}/deliveries", this::deliveries);
        routes.get("/v4/webhook_endpoints/{id}/deliveries/{delivery_id}", this::delivery);
        routes.post("/ext/v1/webhook_endpoints/{id}/deliveries/{delivery_id}/resend", this::resend);
    }

    /// @param source `creator`: made by the account itself and not by an app
    record ReceiverJson(
            ReceiverId id,
            String name,
            String url,
            List<String> events,
            String status,
            String source,
            String description,
            @Nullable String createdByApp,
            Instant createdAt,
            @Nullable Instant previousSecretExpiresAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String secret) {}

    private ReceiverJson json(Receiver receiver, @Nullable String secret) {
        return new ReceiverJson(
                receiver.id(),
                receiver.name(),
                receiver.url(),
                receiver.events(),
                receiver.status().wireName(),
                "creator",
                receiver.description(),
                null,
                receiver.createdAt(),
                receiver.rotates(clock.instant())
                        ? receiver.previousSecretExpiresAt().orElse(null)
                        : null,
                secret);
    }

    private Map<String, ReceiverJson> body(Receiver receiver) {
        return Map.of("webhook_endpoint", json(receiver, null));
    }

    private Map<String, ReceiverJson> body(Receivers.Issued issued) {
        return Map.of("webhook_endpoint", json(issued.receiver(), issued.secret()));
    }

    private Reply list(Request request) {
        var status = request.oneOf("status", Receiver.Status.NAMES).map(Receiver.Status::named);
        var page = receivers.list(request.account(), status, request.page());
        return Reply.ok(PageJson.of("webhook_endpoints", page, receiver -> json(receiver, null)));
    }

    private Reply show(Request request) {
        return receivers
                .find(request.account(), id(request))
                .map(receiver -> Reply.ok(body(receiver)))
                .orElseGet(Reply::notFound);
    }

    private Reply create(Request request) {
        return Reply.created(body(create(request.account(), request.json())));
    }

    /// As a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Receivers.Issued create(AccountId account, JsonBody body) {
        var url = url(body);
        var events = events(body);
        var name = body.line("name", TEXT_MAX).nullIsAbsent();
        var description = body.text("description", TEXT_MAX).nullIsAbsent();
        if (url.isEmpty() && !body.has("url")) {
            body.fault("url can't be blank");
        }
        if (events.isEmpty() && !body.has("events")) {
            body.fault("events can't be blank");
        }
        body.refuseFaults();
        return receivers.create(
                account,
                new Receivers.Plan(
                        named(name, url.orElseThrow()),
                        url.orElseThrow(),
                        description.over("", ""),
                        Receiver.Status.ACTIVE,
                        events.orElseThrow()));
    }

    private Reply update(Request request) {
        var id = id(request);
        if (receivers.find(request.account(), id).isEmpty()) {
            return Reply.notFound();
        }
        return update(request.account(), id, request.json())
                .map(receiver -> Reply.ok(body(receiver)))
                .orElseGet(Reply::notFound);
    }

    /// Changes a receiver as a body of the API says. Empty when there is none.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Optional<Receiver> update(AccountId account, ReceiverId id, JsonBody body) {
        var url = url(body);
        var events = events(body);
        var name = body.line("name", TEXT_MAX);
        var description = body.text("description", TEXT_MAX);
        var status = status(body);
        body.refuseFaults();
        return receivers.update(account, id, before -> {
            var newUrl = url.orElse(before.url());
            return new Receivers.Plan(
                    name instanceof Change.Keep<String> ? before.name() : named(name, newUrl),
                    newUrl,
                    description.over(before.description(), ""),
                    status.orElse(before.status()),
                    events.orElse(before.events()));
        });
    }

    /// Who gives no name gets the host's.
    private static String named(Change<String> name, String url) {
        return name instanceof Change.Set<String>(var text) && !text.isBlank()
                ? text.strip()
                : URI.create(url).getHost();
    }

    private Optional<String> url(JsonBody body) {
        return switch (body.line("url", TargetUrl.CHARACTERS_MAX)) {
            case Change.Keep<String> _ -> Optional.empty();
            case Change.Set<String>(var text)
            when !text.isBlank() -> {
                var fault = TargetUrl.fault(text.strip(), reach);
                fault.ifPresent(rule -> body.fault("url " + rule));
                yield fault.isPresent() ? Optional.empty() : Optional.of(text.strip());
            }
            case Change.Set<String> _, Change.Clear<String> _ -> {
                body.fault("url can't be blank");
                yield Optional.empty();
            }
        };
    }

    private static Optional<List<String>> events(JsonBody body) {
        return switch (body.texts("events")) {
            case Change.Keep<List<String>> _ -> Optional.empty();
            case Change.Set<List<String>>(var names)
            when names.size() > EVENTS_MAX -> {
                body.fault("events must have at most " + EVENTS_MAX + " entries");
                yield Optional.empty();
            }
            case Change.Set<List<String>>(var names)
            when !names.isEmpty() -> {
                var faults = names.stream()
                        .map(Topic::fault)
                        .flatMap(Optional::stream)
                        .distinct()
                        .toList();
                body.faults(faults);
                yield faults.isEmpty() ? Optional.of(names) : Optional.empty();
            }
            case Change.Set<List<String>> _, Change.Clear<List<String>> _ -> {
                body.fault("events can't be blank");
                yield Optional.empty();
            }
        };
    }

    private static Optional<Receiver.Status> status(JsonBody body) {
        return switch (body.text("status", TEXT_MAX)) {
            case Change.Keep<String> _ -> Optional.empty();
            case Change.Set<String>(var name)
            when Receiver.Status.NAMES.contains(name) -> Optional.of(Receiver.Status.named(name));
            case Change.Set<String> _, Change.Clear<String> _ -> {
                body.fault("status must be one of: " + String.join(", ", Receiver.Status.NAMES));
                yield Optional.empty();
            }
        };
    }

    private Reply delete(Request request) {
        return receivers.delete(request.account(), id(request)) ? Reply.noContent() : Reply.notFound();
    }

    private Reply rotate(Request request) {
        var id = id(request);
        if (receivers.find(request.account(), id).isEmpty()) {
            return Reply.notFound();
        }
        var body = request.json();
        boolean force = body.flag("force").over(false, false);
        body.refuseFaults();
        return switch (receivers.rotate(request.account(), id, force)) {
            case Receivers.Rotation.Rotated(var issued) -> Reply.ok(body(issued));
            case Receivers.Rotation.NoSuchReceiver _ -> Reply.notFound();
            case Receivers.Rotation.WindowOpen _ -> Reply.error(409, WINDOW_OPEN);
        };
    }

    private Reply revokePrevious(Request request) {
        return receivers
                .revokePrevious(request.account(), id(request))
                .map(receiver -> Reply.ok(body(receiver)))
                .orElseGet(Reply::notFound);
    }

    record DeliveryJson(
            WebhookDeliveryId id,
            String eventType,
            String status,
            int eventCount,
            int attemptCount,
            Instant createdAt,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant completedAt) {
        static DeliveryJson of(Shipment shipment) {
            return new DeliveryJson(
                    shipment.id(),
                    shipment.type(),
                    shipment.status().wireName(),
                    shipment.eventCount(),
                    shipment.attempts(),
                    shipment.createdAt(),
                    shipment.nextAttemptAt().orElse(null),
                    shipment.endedAt().orElse(null));
        }
    }

    private Reply deliveries(Request request) {
        var id = id(request);
        var status = request.oneOf("status", Shipment.Status.NAMES).map(Shipment.Status::named);
        var type = request.oneOf("event_type", Topic.NAMES);
        return receivers
                .shipments(request.account(), id, status, type, request.page())
                .map(page -> Reply.ok(PageJson.of("deliveries", page, DeliveryJson::of)))
                .orElseGet(Reply::notFound);
    }

    record AttemptJson(
            int number,
            Instant attemptedAt,
            @Nullable Integer statusCode,
            @Nullable String responseBody,
            @Nullable String error,
            int durationMs) {
        static AttemptJson of(Shipment.Attempt attempt) {
            return new AttemptJson(
                    attempt.number(),
                    attempt.at(),
                    attempt.statusCode().orElse(null),
                    attempt.responseBody().orElse(null),
                    attempt.error().orElse(null),
                    attempt.durationMillis());
        }
    }

    /// @param payload the body as it is posted
    record HistoryJson(
            WebhookDeliveryId id,
            String eventType,
            String status,
            int eventCount,
            int attemptCount,
            Instant createdAt,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant completedAt,
            @JsonRawValue String payload,
            List<AttemptJson> attempts) {
        static HistoryJson of(Receivers.History history) {
            var head = DeliveryJson.of(history.shipment());
            return new HistoryJson(
                    head.id(),
                    head.eventType(),
                    head.status(),
                    head.eventCount(),
                    head.attemptCount(),
                    head.createdAt(),
                    head.nextAttemptAt(),
                    head.completedAt(),
                    history.shipment().body(),
                    history.attempts().stream().map(AttemptJson::of).toList());
        }
    }

    private Reply delivery(Request request) {
        var delivery = request.path("delivery_id", WebhookDeliveryId::new);
        return receivers
                .history(request.account(), id(request), delivery)
                .map(history -> Reply.ok(Map.of("delivery", HistoryJson.of(history))))
                .orElseGet(Reply::notFound);
    }

    private Reply resend(Request request) {
        var delivery = request.path("delivery_id", WebhookDeliveryId::new);
        return switch (receivers.resend(request.account(), id(request), delivery)) {
            case Receivers.Resending.Resent(var shipment) ->
                Reply.accepted(Map.of("delivery", DeliveryJson.of(shipment)));
            case Receivers.Resending.NoSuchDelivery _ -> Reply.notFound();
            case Receivers.Resending.Disabled _ -> Reply.error(409, "The webhook endpoint is disabled.");
            case Receivers.Resending.UnderWay _ -> Reply.error(409, "The delivery is still under way.");
        };
    }

    private static ReceiverId id(Request request) {
        return request.path("id", ReceiverId::new);
    }
}
