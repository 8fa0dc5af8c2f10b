package reynard.delivery;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.http.Change;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.BroadcastId;
import reynard.id.DeliveryId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// The ledger over HTTP.
public final class DeliveryEndpoints {
    private static final List<String> STATES =
            Arrays.stream(Delivery.State.values()).map(Delivery.State::wireName).toList();

    private static final int NOTE_MAX = 1_000;

    private final Deliveries deliveries;
    private final InstantSource clock;

    public DeliveryEndpoints(Deliveries deliveries, InstantSource clock) {
        this.deliveries = deliveries;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/deliveries", this::list);
        routes.get("/ext/v1/deliveries/{id}", this::show);
        routes.post("/ext/v1/deliveries/{id}/resend", request -> decide(request, Decision.Verdict.RESEND));
        routes.post("/ext/v1/deliveries/{id}/leave", request -> decide(request, Decision.Verdict.LEAVE));
    }

    private Reply list(Request request) {
        var filter = new DeliveryFilter(
                request.oneOf("state", STATES).map(name -> Delivery.State.valueOf(name.toUpperCase(Locale.ROOT))),
                request.oneOf("kind", Kind.NAMES),
                request.id("broadcast_id").map(BroadcastId::new),
                request.id("sequence_id").map(SequenceId::new),
                request.id("sequence_email_id").map(SequenceEmailId::new),
                request.id("subscriber_id").map(SubscriberId::new),
                request.instant("due_after"),
                request.instant("due_before"));
        var page = deliveries.list(request.account(), filter, request.page());
        return Reply.ok(PageJson.of("deliveries", page, DeliveryEndpoints::json));
    }

    record AttemptJson(
            int number,
            Instant at,
            String outcome,
            @Nullable String stage,
            @Nullable String reply) {}

    record DecisionJson(
            Instant at,
            String verdict,
            String state,
            @Nullable String reason,
            @Nullable String note) {}

    private Reply show(Request request) {
        return deliveries
                .find(request.account(), request.path("id", DeliveryId::new))
                .map(delivery -> whole(request, delivery))
                .orElseGet(Reply::notFound);
    }

    private Reply whole(Request request, Delivery delivery) {
        var json = json(delivery);
        json.put(
                "attempt_log",
                deliveries.attempts(request.account(), delivery.id()).stream()
                        .map(attempt -> new AttemptJson(
                                attempt.number(),
                                attempt.at(),
                                attempt.outcome(),
                                attempt.stage().orElse(null),
                                attempt.reply().orElse(null)))
                        .toList());
        json.put(
                "decisions",
                deliveries.decisions(request.account(), delivery.id()).stream()
                        .map(decision -> new DecisionJson(
                                decision.at(),
                                decision.verdict().wireName(),
                                decision.state().wireName(),
                                decision.reason().orElse(null),
                                decision.note().orElse(null)))
                        .toList());
        return Reply.ok(Map.of("delivery", json));
    }

    private Reply decide(Request request, Decision.Verdict verdict) {
        var id = request.path("id", DeliveryId::new);
        var body = request.json();
        var note = body.text("note", NOTE_MAX);
        body.refuseFaults();
        var words = note instanceof Change.Set<String>(var text) && !text.isBlank()
                ? Optional.of(text.strip())
                : Optional.<String>empty();
        return switch (deliveries.decide(request.account(), id, verdict, words, clock.instant())) {
            case Decision.Deciding.Decided(var delivery) -> whole(request, delivery);
            case Decision.Deciding.NoSuchDelivery _ -> Reply.notFound();
            case Decision.Deciding.NotOpen(var state) ->
                Reply.invalid("only what is uncertain or held is decided by hand: the delivery is " + state.wireName());
        };
    }

    private static Map<String, @Nullable Object> json(Delivery delivery) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", delivery.id());
        json.put("kind", delivery.kind().wireName());
        json.put("subscriber_id", delivery.kind().subscriber().orElse(null));
        var sequence = delivery.kind() instanceof Kind.SequenceMail mail ? mail : null;
        json.put("sequence_id", sequence == null ? null : sequence.sequence());
        json.put("sequence_email_id", sequence == null ? null : sequence.email());
        json.put("run", sequence == null ? null : sequence.run());
        json.put("broadcast_id", delivery.kind() instanceof Kind.BroadcastMail mail ? mail.broadcast() : null);
        var notice = delivery.kind() instanceof Kind.NoticeMail mail ? mail : null;
        json.put("purpose", notice == null ? null : notice.purpose().wireName());
        json.put("recipient", notice == null ? null : notice.recipient());
        json.put("state", delivery.state().wireName());
        json.put("due_at", delivery.dueAt());
        json.put("settled_at", delivery.settledAt().orElse(null));
        json.put("bounced_at", delivery.bouncedAt().orElse(null));
        json.put("next_attempt_at", delivery.nextAttemptAt().orElse(null));
        json.put("uncertain_at", delivery.uncertainAt().orElse(null));
        json.put("attempts", delivery.attempts());
        json.put("reason", delivery.reason().orElse(null));
        json.put("detail", delivery.detail());
        json.put("reply", delivery.reply().orElse(null));
        return json;
    }
}
