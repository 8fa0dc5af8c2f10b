package reynard.subscriber;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.SubscriberId;
import reynard.id.SuppressionId;
import reynard.mail.EmailAddress;

/// The suppression list over HTTP.
public final class SuppressionEndpoints {
    private static final int TEXT_MAX = 1_000;

    private final Suppressions suppressions;

    public SuppressionEndpoints(Suppressions suppressions) {
        this.suppressions = suppressions;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/suppressions", this::list);
        routes.post("/ext/v1/suppressions", this::add);
        routes.get("/ext/v1/suppressions/removals", this::removals);
        routes.delete("/ext/v1/suppressions/{id}", this::remove);
    }

    private Reply list(Request request) {
        var reason = request.oneOf("reason", Suppression.Reason.NAMES)
                .map(name -> Suppression.Reason.valueOf(name.toUpperCase(Locale.ROOT)));
        var address = request.query("email_address").map(SuppressionEndpoints::address);
        var page = suppressions.list(request.account(), address, reason, request.page());
        return Reply.ok(PageJson.of("suppressions", page, SuppressionEndpoints::json));
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow(() -> new InvalidRequest("email_address must be an email address"));
    }

    private Reply add(Request request) {
        var body = request.json();
        var written = body.line("email_address", TEXT_MAX).over("", "");
        var evidence = body.text("evidence", TEXT_MAX).over("", "");
        var address = EmailAddress.parse(written);
        if (address.isEmpty()) {
            body.fault("email_address must be an email address");
        }
        body.refuseFaults();
        return Reply.created(
                Map.of("suppression", json(suppressions.add(request.account(), address.orElseThrow(), evidence))));
    }

    private Reply removals(Request request) {
        var page = suppressions.removals(request.account(), request.page());
        return Reply.ok(PageJson.of("removals", page, removal -> {
            var json = json(removal.suppression());
            json.remove("subscriber_id");
            json.put("removed_at", removal.at());
            json.put("note", removal.note().orElse(null));
            return json;
        }));
    }

    private Reply remove(Request request) {
        Optional<String> note = request.query("note");
        if (note.map(String::length).orElse(0) > TEXT_MAX) {
            throw new InvalidRequest("note must be at most " + TEXT_MAX + " characters");
        }
        return suppressions.remove(request.account(), request.path("id", SuppressionId::new), note)
                ? Reply.noContent()
                : Reply.notFound();
    }

    private static Map<String, @Nullable Object> json(Suppression suppression) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", suppression.id());
        json.put("email_address", suppression.address());
        json.put("reason", suppression.reason().wireName());
        json.put("evidence", suppression.evidence());
        json.put(
                "subscriber_id",
                suppression.subscriber().map(SubscriberId::value).orElse(null));
        json.put("created_at", suppression.createdAt());
        return json;
    }
}
