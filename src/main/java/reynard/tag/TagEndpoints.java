package reynard.tag;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberEndpoints;
import reynard.subscriber.SubscriberJson;
import reynard.subscriber.Subscribers;

/// Kit's operations on tags.
public final class TagEndpoints {
    private static final int NAME_MAX = 255;

    private final Database database;
    private final Tags tags;
    private final Subscribers subscribers;
    private final CustomFields customFields;

    public TagEndpoints(Database database, Tags tags, Subscribers subscribers, CustomFields customFields) {
        this.database = database;
        this.tags = tags;
        this.subscribers = subscribers;
        this.customFields = customFields;
    }

    public void register(Routes routes) {
        routes.get("/v4/tags", this::list);
        routes.post("/v4/tags", this::create);
        routes.put("/v4/tags/{id}", this::rename);
        routes.get("/v4/tags/{tag_id}/subscribers", this::members);
        routes.get("/v4/subscribers/{subscriber_id}/tags", this::worn);
        routes.post("/v4/tags/{tag_id}/subscribers", this::tagByEmail);
        routes.post("/v4/tags/{tag_id}/subscribers/{id}", this::tagById);
        routes.delete("/v4/tags/{tag_id}/subscribers", this::untagByEmail);
        routes.delete("/v4/tags/{tag_id}/subscribers/{id}", this::untagById);
    }

    record TagJson(
            TagId id,
            String name,
            Instant createdAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long subscriberCount) {
        static TagJson of(Tag tag, @Nullable Long subscriberCount) {
            return new TagJson(tag.id(), tag.name(), tag.createdAt(), subscriberCount);
        }
    }

    private Reply list(Request request) {
        var include = request.words("include", List.of("subscriber_count"));
        var page = tags.list(request.account(), request.page());
        if (include.isEmpty()) {
            return Reply.ok(PageJson.of("tags", page, tag -> TagJson.of(tag, null)));
        }
        var counts = tags.subscriberCounts(
                request.account(), page.items().stream().map(Tag::id).toList());
        return Reply.ok(PageJson.of("tags", page, tag -> TagJson.of(tag, counts.getOrDefault(tag.id(), 0L))));
    }

    private Reply create(Request request) {
        var saved = tags.create(request.account(), name(request));
        var json = Map.of("tag", TagJson.of(saved.tag(), null));
        return saved.created() ? Reply.created(json) : Reply.ok(json);
    }

    private static String name(Request request) {
        var body = request.json();
        var name = body.line("name", NAME_MAX).over("", "").strip();
        body.refuseFaults();
        if (name.isEmpty()) {
            throw new InvalidRequest("Name can't be blank");
        }
        return name;
    }

    private Reply rename(Request request) {
        var id = request.path("id", TagId::new);
        if (database.inTx(tx -> tags.find(tx, request.account(), id)).isEmpty()) {
            return Reply.notFound();
        }
        return switch (tags.rename(request.account(), id, name(request))) {
            case Tags.Renaming.Renamed(var tag) -> Reply.ok(Map.of("tag", TagJson.of(tag, null)));
            case Tags.Renaming.NoSuchTag _ -> Reply.notFound();
            case Tags.Renaming.NameTaken _ -> Reply.invalid("Name has already been taken");
        };
    }

    private Reply members(Request request) {
        var tag = request.path("tag_id", TagId::new);
        var filter = SubscriberEndpoints.members(request, "tagged");
        boolean slim = request.flag("slim");
        var page = request.page();
        return database.inTx(tx -> {
            if (tags.find(tx, request.account(), tag).isEmpty()) {
                return Reply.notFound();
            }
            var members = tags.members(tx, request.account(), tag, filter, page);
            var rows = SubscriberJson.rows(
                    tx,
                    request.account(),
                    members.items().stream().map(Tags.Member::subscriber).toList(),
                    slim,
                    subscribers,
                    customFields);
            return Reply.ok(PageJson.of("subscribers", members, member -> {
                var json = rows.apply(member.subscriber());
                json.put("tagged_at", member.taggedAt());
                return json;
            }));
        });
    }

    record WornJson(TagId id, String name, Instant taggedAt) {}

    private Reply worn(Request request) {
        var subscriber = request.path("subscriber_id", SubscriberId::new);
        var page = request.page();
        return database.inTx(tx -> {
            if (subscribers.find(tx, request.account(), subscriber).isEmpty()) {
                return Reply.notFound();
            }
            var worn = tags.worn(tx, request.account(), subscriber, page);
            return Reply.ok(PageJson.of(
                    "tags", worn, row -> new WornJson(row.tag().id(), row.tag().name(), row.taggedAt())));
        });
    }

    private Reply tagById(Request request) {
        var tag = request.path("tag_id", TagId::new);
        var id = request.path("id", SubscriberId::new);
        return database.inTx(tx -> tag(tx, request.account(), tag, subscribers.find(tx, request.account(), id)));
    }

    private Reply tagByEmail(Request request) {
        var tag = request.path("tag_id", TagId::new);
        var email = email(request);
        return database.inTx(tx -> email.isEmpty()
                ? noAddress(
                        tx,
                        request.account(),
                        tag,
                        "Either subscriber id or email address is required to tag subscriber")
                : tag(tx, request.account(), tag, subscribers.findByEmail(tx, request.account(), email.get())));
    }

    private Reply tag(Tx tx, AccountId account, TagId tag, Optional<Subscriber> subscriber) {
        if (tags.find(tx, account, tag).isEmpty() || subscriber.isEmpty()) {
            return Reply.notFound();
        }
        var tagged = tags.tag(tx, account, tag, subscriber.get().id());
        var json = SubscriberJson.of(subscriber.get(), customFields.all(tx, account));
        json.put("tagged_at", tagged.at());
        var body = Map.of("subscriber", json);
        return tagged.added() ? Reply.created(body) : Reply.ok(body);
    }

    private Reply untagById(Request request) {
        var tag = request.path("tag_id", TagId::new);
        var id = request.path("id", SubscriberId::new);
        return database.inTx(tx -> untag(tx, request.account(), tag, subscribers.find(tx, request.account(), id)));
    }

    private Reply untagByEmail(Request request) {
        var tag = request.path("tag_id", TagId::new);
        var email = request.query("email_address").or(() -> email(request));
        return database.inTx(tx -> email.isEmpty()
                ? noAddress(
                        tx,
                        request.account(),
                        tag,
                        "Either subscriber id or email address is required to remove tag from subscriber")
                : untag(tx, request.account(), tag, subscribers.findByEmail(tx, request.account(), email.get())));
    }

    private Reply untag(Tx tx, AccountId account, TagId tag, Optional<Subscriber> subscriber) {
        if (tags.find(tx, account, tag).isEmpty() || subscriber.isEmpty()) {
            return Reply.notFound();
        }
        tags.untag(tx, account, tag, subscriber.get().id());
        return Reply.noContent();
    }

    private Reply noAddress(Tx tx, AccountId account, TagId tag, String sentence) {
        return tags.find(tx, account, tag).isEmpty() ? Reply.notFound() : Reply.invalid(sentence);
    }

    private static Optional<String> email(Request request) {
        var body = request.json();
        var email = body.text("email_address", 1_000);
        body.refuseFaults();
        return email instanceof Change.Set<String>(var text) && !text.isBlank()
                ? Optional.of(text.strip())
                : Optional.empty();
    }
}
