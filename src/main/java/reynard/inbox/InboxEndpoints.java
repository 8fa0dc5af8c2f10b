package reynard.inbox;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.InboxMessageId;

/// The built-in inbox over HTTP.
public final class InboxEndpoints {
    private final Inbox inbox;

    public InboxEndpoints(Inbox inbox) {
        this.inbox = inbox;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/inbox", this::list);
        routes.get("/ext/v1/inbox/{id}", this::show);
    }

    private Reply list(Request request) {
        var page = inbox.list(request.account(), request.query("to"), request.page());
        return Reply.ok(PageJson.of("messages", page, InboxEndpoints::json));
    }

    private static Map<String, @Nullable Object> json(InboxMessage message) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", message.id());
        json.put("from", message.from());
        json.put("to", message.to());
        json.put("subject", message.subject());
        // To the microsecond: whoever asks when an email came wants to know exactly.
        json.put("received_at", precise(message.receivedAt()));
        return json;
    }

    private static String precise(Instant instant) {
        return instant.toString();
    }

    private Reply show(Request request) {
        return inbox.find(request.account(), request.path("id", InboxMessageId::new))
                .map(message -> {
                    var mail = ParsedMail.of(message.raw());
                    var json = json(message);
                    json.put("raw", new String(message.raw(), StandardCharsets.UTF_8));
                    json.put("html", mail.html().orElse(null));
                    json.put("text", mail.text().orElse(null));
                    json.put("headers", mail.headers());
                    return Reply.ok(Map.of("message", json));
                })
                .orElseGet(Reply::notFound);
    }
}
