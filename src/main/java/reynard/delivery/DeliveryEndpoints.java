package reynard.delivery;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    private final Deliveries deliveries;

    public DeliveryEndpoints(Deliveries deliveries) {
        this.deliveries = deliveries;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/deliveries", this::list);
        routes.get("/ext/v1/deliveries/{id}", this::show);
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

    private Reply show(Request request) {
        var id = request.path("id", DeliveryId::new);
        return deliveries
                .find(request.account(), id)
                .map(delivery -> {
                    var json = json(delivery);
                    json.put(
                            "attempt_log",
                            deliveries.attempts(request.account(), id).stream()
                                    .map(attempt -> new AttemptJson(
                                            attempt.number(),
                                            attempt.at(),
                                            attempt.outcome(),
                                            attempt.stage().orElse(null),
                                            attempt.reply().orElse(null)))
                                    .toList());
                    return Reply.ok(Map.of("delivery", json));
                })
                .orElseGet(Reply::notFound);
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
