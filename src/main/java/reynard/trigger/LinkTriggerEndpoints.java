package reynard.trigger;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.LinkTriggerId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.sequence.Sequences;
import reynard.tag.Tags;
import reynard.trigger.LinkTrigger.Effect;

/// What following a link leads to, over HTTP.
public final class LinkTriggerEndpoints {
    private static final int NAME_MAX = 255;
    private static final int URL_MAX = 2_000;

    private final Database database;
    private final LinkTriggers triggers;
    private final Tags tags;
    private final Sequences sequences;

    public LinkTriggerEndpoints(Database database, LinkTriggers triggers, Tags tags, Sequences sequences) {
        this.database = database;
        this.triggers = triggers;
        this.tags = tags;
        this.sequences = sequences;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/link_triggers", this::list);
        routes.post("/ext/v1/link_triggers", this::create);
        routes.get("/ext/v1/link_triggers/{id}", this::show);
        routes.put("/ext/v1/link_triggers/{id}", this::change);
        routes.delete("/ext/v1/link_triggers/{id}", this::delete);
    }

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record LinkTriggerJson(
            LinkTriggerId id,
            String name,
            String url,
            @Nullable TagId tagId,
            @Nullable SequenceId sequenceId,
            Instant createdAt,
            Instant updatedAt) {
        static LinkTriggerJson of(LinkTrigger trigger) {
            return new LinkTriggerJson(
                    trigger.id(),
                    trigger.name(),
                    trigger.url(),
                    trigger.effect() instanceof Effect.AddsTag(var tag) ? tag : null,
                    trigger.effect() instanceof Effect.JoinsSequence(var sequence) ? sequence : null,
                    trigger.createdAt(),
                    trigger.updatedAt());
        }

        static Map<String, LinkTriggerJson> body(LinkTrigger trigger) {
            return Map.of("link_trigger", of(trigger));
        }
    }

    private Reply list(Request request) {
        return Reply.ok(
                PageJson.of("link_triggers", triggers.list(request.account(), request.page()), LinkTriggerJson::of));
    }

    private Reply show(Request request) {
        var id = request.path("id", LinkTriggerId::new);
        return database.inTx(tx -> triggers.find(tx, request.account(), id))
                .map(trigger -> Reply.ok(LinkTriggerJson.body(trigger)))
                .orElseGet(Reply::notFound);
    }

    private Reply create(Request request) {
        var body = request.json();
        return database.inTx(tx -> {
            var name = text(body, "name", NAME_MAX, Optional.empty());
            var url = url(body, Optional.empty());
            var effect = effect(tx, request.account(), body, Optional.empty());
            body.refuseFaults();
            return Reply.created(
                    LinkTriggerJson.body(triggers.create(tx, request.account(), name, url, effect.orElseThrow())));
        });
    }

    private Reply change(Request request) {
        var id = request.path("id", LinkTriggerId::new);
        var body = request.json();
        return database.inTx(tx -> triggers.find(tx, request.account(), id)
                .flatMap(before -> {
                    var name = text(body, "name", NAME_MAX, Optional.of(before.name()));
                    var url = url(body, Optional.of(before.url()));
                    var effect = effect(tx, request.account(), body, Optional.of(before.effect()));
                    body.refuseFaults();
                    return triggers.change(
                            tx,
                            request.account(),
                            id,
                            current -> new LinkTrigger(
                                    id, name, url, effect.orElseThrow(), current.createdAt(), current.updatedAt()));
                })
                .map(trigger -> Reply.ok(LinkTriggerJson.body(trigger)))
                .orElseGet(Reply::notFound));
    }

    private Reply delete(Request request) {
        return triggers.delete(request.account(), request.path("id", LinkTriggerId::new))
                ? Reply.noContent()
                : Reply.notFound();
    }

    private static String text(JsonBody body, String name, int max, Optional<String> current) {
        var text = body.line(name, max).over(current.orElse(""), "").strip();
        if (text.isEmpty()) {
            body.fault(name + " can't be blank");
        }
        return text;
    }

    private static String url(JsonBody body, Optional<String> current) {
        var url = text(body, "url", URL_MAX, current);
        if (!url.isEmpty() && !url.matches("(?i)https?://[^/?#\\s]+.*")) {
            body.fault("url must begin with http:// or https:// and a host");
        }
        return url;
    }

    /// A tag or a sequence; to name one takes the other's place.
    private Optional<Effect> effect(Tx tx, AccountId account, JsonBody body, Optional<Effect> current) {
        var tag = body.id("tag_id");
        var sequence = body.id("sequence_id");
        if (tag instanceof Change.Set<Long> && sequence instanceof Change.Set<Long>) {
            body.fault("tag_id and sequence_id can't both be given");
            return current;
        }
        if (tag instanceof Change.Set<Long>(var id)) {
            if (tags.find(tx, account, new TagId(id)).isEmpty()) {
                body.fault("tag_id not found: " + id);
            }
            return Optional.of(new Effect.AddsTag(new TagId(id)));
        }
        if (sequence instanceof Change.Set<Long>(var id)) {
            if (sequences.find(tx, account, new SequenceId(id)).isEmpty()) {
                body.fault("sequence_id not found: " + id);
            }
            return Optional.of(new Effect.JoinsSequence(new SequenceId(id)));
        }
        boolean cleared = current.map(effect -> switch (effect) {
                    case Effect.AddsTag _ -> tag instanceof Change.Clear<Long>;
                    case Effect.JoinsSequence _ -> sequence instanceof Change.Clear<Long>;
                })
                .orElse(true);
        if (cleared) {
            body.fault("tag_id or sequence_id must be given");
            return current;
        }
        return current;
    }
}
