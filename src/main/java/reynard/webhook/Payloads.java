package reynard.webhook;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reynard.broadcast.Broadcasts;
import reynard.broadcast.Post;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.form.Form;
import reynard.form.Forms;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.Id;
import reynard.id.PostId;
import reynard.id.ProductId;
import reynard.id.PurchaseId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.purchase.Purchase;
import reynard.purchase.Purchases;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberJson;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;

/// What an event says of the things it is about, as they are in the transaction that made it happen.
final class Payloads {
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Tags tags;
    private final Forms forms;
    private final Sequences sequences;
    private final Broadcasts broadcasts;
    private final Purchases purchases;
    private final Optional<Crowd> crowd;

    Payloads(
            Subscribers subscribers,
            CustomFields customFields,
            Tags tags,
            Forms forms,
            Sequences sequences,
            Broadcasts broadcasts,
            Purchases purchases) {
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.tags = tags;
        this.forms = forms;
        this.sequences = sequences;
        this.broadcasts = broadcasts;
        this.purchases = purchases;
        this.crowd = Optional.empty();
    }

    private Payloads(Payloads like, Optional<Crowd> crowd) {
        this.subscribers = like.subscribers;
        this.customFields = like.customFields;
        this.tags = like.tags;
        this.forms = like.forms;
        this.sequences = like.sequences;
        this.broadcasts = like.broadcasts;
        this.purchases = like.purchases;
        this.crowd = crowd;
    }

    /// For what has happened at once: the people are read together, when the first of them is asked for.
    Payloads of(Tx tx, AccountId account, List<? extends Event> events) {
        var whom = events.stream().flatMap(event -> about(event).stream()).collect(Collectors.toSet());
        return new Payloads(this, whom.size() < 2 ? Optional.empty() : Optional.of(new Crowd(tx, account, whom)));
    }

    private static Optional<SubscriberId> about(Event event) {
        return switch (event) {
            case Event.SubscriberCreated created -> Optional.of(created.subscriber());
            case Event.FieldValueChanged changed -> Optional.of(changed.subscriber());
            case Event.TagAdded added -> Optional.of(added.subscriber());
            case Event.TagRemoved removed -> Optional.of(removed.subscriber());
            case Event.FormJoined joined -> Optional.of(joined.subscriber());
            case Event.LinkClicked clicked -> Optional.of(clicked.subscriber());
            default -> Optional.empty();
        };
    }

    /// People whom the same transaction tells of, and what the account wants to know of them.
    private final class Crowd {
        private final Tx tx;
        private final AccountId account;
        private final Set<SubscriberId> whom;
        private @Nullable Map<SubscriberId, Subscriber> people;
        private @Nullable List<CustomField> fields;

        Crowd(Tx tx, AccountId account, Set<SubscriberId> whom) {
            this.tx = tx;
            this.account = account;
            this.whom = whom;
        }

        Optional<Subscriber> find(SubscriberId id) {
            if (people == null) {
                people = subscribers.findAll(tx, account, whom);
            }
            return Optional.ofNullable(people.get(id));
        }

        List<CustomField> fields() {
            if (fields == null) {
                fields = customFields.all(tx, account);
            }
            return fields;
        }
    }

    private Optional<Subscriber> find(Tx tx, AccountId account, SubscriberId id) {
        return crowd.flatMap(people -> people.find(id)).or(() -> subscribers.find(tx, account, id));
    }

    Map<String, @Nullable Object> subscriber(Tx tx, AccountId account, SubscriberId id) {
        var fields = crowd.map(Crowd::fields).orElseGet(() -> customFields.all(tx, account));
        return find(tx, account, id)
                .map(found -> plain(SubscriberJson.of(found, fields)))
                .orElseThrow();
    }

    Map<String, @Nullable Object> tag(Tx tx, AccountId account, TagId id) {
        var tag = tags.find(tx, account, id).orElseThrow();
        return tag(id, tag.name(), tag.createdAt());
    }

    static Map<String, @Nullable Object> tag(TagId id, String name, Instant createdAt) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", id);
        json.put("name", name);
        json.put("created_at", createdAt);
        return plain(json);
    }

    Map<String, @Nullable Object> form(Tx tx, AccountId account, FormId id) {
        var form = forms.find(tx, account, id).orElseThrow();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", form.id());
        json.put("name", form.name());
        json.put("created_at", form.createdAt());
        json.put("type", form.kind().wireName());
        json.put("archived", form.status() == Form.Status.ARCHIVED);
        json.put("uid", form.uid());
        return plain(json);
    }

    /// The short form that Kit's webhooks have, also of a sequence that has just been deleted.
    Map<String, @Nullable Object> sequence(Tx tx, AccountId account, SequenceId id) {
        var sequence = sequences.findEvenDeleted(tx, account, id).orElseThrow();
        var settings = sequence.settings();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", sequence.id());
        json.put("name", settings.name());
        json.put("hold", settings.hold());
        json.put("repeat", settings.repeat());
        json.put("created_at", sequence.createdAt());
        json.put("updated_at", sequence.updatedAt());
        json.put("email_template_id", settings.emailTemplate().orElse(null));
        json.put("active", settings.active());
        return plain(json);
    }

    /// What its author decided; what it says is to be read by its id.
    Map<String, @Nullable Object> broadcast(Tx tx, AccountId account, BroadcastId id) {
        var broadcast = broadcasts.find(tx, account, id).orElseThrow();
        var settings = broadcast.settings();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", broadcast.id());
        json.put("publication_id", broadcast.publication());
        json.put("created_at", broadcast.createdAt());
        json.put("subject", settings.subject().orElse(null));
        json.put("preview_text", settings.previewText().orElse(null));
        json.put("description", settings.description().orElse(null));
        json.put("public", settings.isPublic());
        json.put("published_at", settings.publishedAt().orElse(null));
        json.put("send_at", settings.sendAt().orElse(null));
        json.put("status", broadcast.stage().wireName());
        return plain(json);
    }

    Map<String, @Nullable Object> post(Tx tx, AccountId account, PostId id) {
        var broadcast = broadcasts.findByPost(tx, account, id).orElseThrow();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", id);
        json.put("publication_id", broadcast.publication());
        json.put("created_at", broadcast.createdAt());
        json.put("title", broadcasts.title(tx, account, broadcast).orElse(null));
        json.put("slug", broadcast.post().flatMap(Post::slug).orElse(null));
        json.put("description", broadcast.settings().description().orElse(null));
        json.put("published_at", broadcast.post().flatMap(Post::appearsAt).orElse(null));
        return plain(json);
    }

    /// As reads over the API show it.
    Map<String, @Nullable Object> purchase(Tx tx, AccountId account, PurchaseId id) {
        var purchase = purchases.find(tx, account, id).orElseThrow();
        var transaction = purchase.transaction();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", purchase.id());
        json.put("transaction_id", transaction.transactionId());
        json.put("subscriber_id", purchase.subscriber());
        json.put("status", transaction.status());
        json.put("email_address", purchase.emailAddress());
        json.put("currency", transaction.currency());
        json.put("transaction_time", transaction.at());
        json.put("subtotal", transaction.subtotal().doubleValue());
        json.put("discount", transaction.discount().doubleValue());
        json.put("tax", transaction.tax().doubleValue());
        json.put("total", transaction.total().doubleValue());
        json.put("products", purchase.items().stream().map(Payloads::item).toList());
        return plain(json);
    }

    private static Map<String, @Nullable Object> item(Purchase.Item item) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("quantity", item.quantity());
        json.put("lid", item.lid());
        json.put("unit_price", item.unitPrice().doubleValue());
        json.put("sku", item.sku().orElse(null));
        json.put("name", item.name());
        json.put("pid", item.pid());
        return json;
    }

    Set<ProductId> products(Tx tx, AccountId account, PurchaseId id) {
        return purchases
                .find(tx, account, id)
                .map(purchase -> purchases.products(tx, account, purchase))
                .orElseThrow();
    }

    Map<String, @Nullable Object> field(Tx tx, AccountId account, CustomFieldId id) {
        var field = customFields.find(tx, account, id).orElseThrow();
        return field(id, field.name(), field.key(), field.label());
    }

    static Map<String, @Nullable Object> field(CustomFieldId id, String name, String key, String label) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", id);
        json.put("name", name);
        json.put("key", key);
        json.put("label", label);
        return plain(json);
    }

    /// The field with the value that the subscriber has in it now, null for none.
    Map<String, @Nullable Object> fieldOf(Tx tx, AccountId account, SubscriberId subscriber, CustomFieldId id) {
        var json = field(tx, account, id);
        json.put("value", find(tx, account, subscriber).orElseThrow().fields().get(id));
        return json;
    }

    /// Ids as numbers, instants as Kit writes them.
    private static Map<String, @Nullable Object> plain(Map<?, ? extends @Nullable Object> json) {
        var plain = new LinkedHashMap<String, @Nullable Object>();
        json.forEach((key, value) -> plain.put(String.valueOf(key), plainValue(value)));
        return plain;
    }

    private static @Nullable Object plainValue(@Nullable Object value) {
        return switch (value) {
            case Id id -> id.value();
            case Instant at -> text(at);
            case Map<?, ?> map -> plain(map);
            case null -> null;
            default -> value;
        };
    }

    static String text(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
