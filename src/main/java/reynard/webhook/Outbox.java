package reynard.webhook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reynard.broadcast.Broadcasts;
import reynard.db.IdBlocks;
import reynard.db.JsonColumn;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.form.Forms;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.Id;
import reynard.id.SubscriberId;
import reynard.purchase.Purchases;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;

/// Writes down what is to be told, in the transaction that made it happen: what is committed is told in the end, and
/// what is rolled back never.
public final class Outbox {
    private final OutboxStore store = new OutboxStore();
    private final IdBlocks ids;
    private final Payloads payloads;

    public Outbox(
            IdBlocks ids,
            Events events,
            Subscribers subscribers,
            CustomFields customFields,
            Tags tags,
            Forms forms,
            Sequences sequences,
            Broadcasts broadcasts,
            Purchases purchases) {
        this.ids = ids;
        this.payloads = new Payloads(subscribers, customFields, tags, forms, sequences, broadcasts, purchases);
        events.listen(new Events.Listener() {
            @Override
            public void happened(Tx tx, AccountId account, Event event) {
                Outbox.this.happened(tx, account, List.of(event));
            }

            @Override
            public void allHappened(Tx tx, AccountId account, List<? extends Event> happened) {
                Outbox.this.happened(tx, account, happened);
            }
        });
    }

    /// An event as one generation of webhooks tells it.
    ///
    /// @param about the thing that a legacy webhook may be for alone
    /// @param link the same, when it is an address
    private record News(
            String type, Optional<Id> about, Optional<String> link, Supplier<Map<String, @Nullable Object>> data) {
        News(String type, Optional<Id> about, Supplier<Map<String, @Nullable Object>> data) {
            this(type, about, Optional.empty(), data);
        }

        OutboxStore.Pending told(Instant at) {
            return new OutboxStore.Pending(UUID.randomUUID().toString(), type, at, JsonColumn.write(data.get()));
        }

        boolean isFor(OutboxStore.Listener listener) {
            return listener.events().contains(type)
                    && (listener.parameterId().isEmpty()
                            || listener.parameterId().equals(about.map(Id::value)))
                    && (listener.parameterText().isEmpty()
                            || listener.parameterText().equals(link));
        }
    }

    /// Whether anybody is told of clicks.
    public boolean wantsClicks(Tx tx, AccountId account) {
        return !store.listeners(tx, account, List.of(HookEvent.LINK_CLICK.wireName()))
                .isEmpty();
    }

    private void happened(Tx tx, AccountId account, List<? extends Event> events) {
        var telling = payloads.of(tx, account, events);
        var happened = events.stream()
                .map(event -> new Happening(event.at(), news(tx, account, event, telling)))
                .filter(happening -> !happening.news().isEmpty())
                .toList();
        if (happened.isEmpty()) {
            return;
        }
        var types = happened.stream()
                .flatMap(happening -> happening.news().stream())
                .map(News::type)
                .collect(Collectors.toSet());
        var listeners = store.listeners(tx, account, types);
        var pending = new ArrayList<OutboxStore.Told>();
        for (var happening : happened) {
            for (var listener : listeners) {
                for (var one : happening.news()) {
                    if (one.isFor(listener)) {
                        pending.add(new OutboxStore.Told(ids.next(), listener.id(), one.told(happening.at())));
                    }
                }
            }
        }
        if (!pending.isEmpty()) {
            store.insert(tx, account, pending);
        }
    }

    private record Happening(Instant at, List<News> news) {}

    private List<News> news(Tx tx, AccountId account, Event event, Payloads payloads) {
        return switch (event) {
            case Event.SubscriberCreated(var subscriber, var active, var _) -> {
                var person = person(tx, account, subscriber, payloads);
                var created = endpoint(Topic.SUBSCRIBER_CREATED, person);
                yield active
                        ? List.of(
                                created,
                                endpoint(Topic.SUBSCRIBER_ACTIVATED, person),
                                legacy(HookEvent.SUBSCRIBER_ACTIVATE, person))
                        : List.of(created);
            }
            case Event.SubscriberConfirmed(var subscriber, var _) ->
                both(
                        Topic.SUBSCRIBER_ACTIVATED,
                        HookEvent.SUBSCRIBER_ACTIVATE,
                        person(tx, account, subscriber, payloads));
            case Event.SubscriberLeft(var subscriber, var departure, var _) -> {
                var person = person(tx, account, subscriber, payloads);
                yield switch (departure) {
                    case UNSUBSCRIBED -> both(Topic.SUBSCRIBER_UNSUBSCRIBED, HookEvent.SUBSCRIBER_UNSUBSCRIBE, person);
                    case BOUNCED -> both(Topic.SUBSCRIBER_BOUNCED, HookEvent.SUBSCRIBER_BOUNCE, person);
                    case COMPLAINED -> both(Topic.SUBSCRIBER_COMPLAINED, HookEvent.SUBSCRIBER_COMPLAIN, person);
                };
            }
            case Event.FormJoined(var subscriber, var form, var _) ->
                membership(
                        tx,
                        account,
                        payloads,
                        subscriber,
                        Topic.SUBSCRIBER_SUBSCRIBED_TO_FORM,
                        HookEvent.FORM_SUBSCRIBE,
                        form,
                        "form",
                        () -> payloads.form(tx, account, form));
            case Event.SequenceJoined(var subscriber, var sequence, var _) ->
                membership(
                        tx,
                        account,
                        payloads,
                        subscriber,
                        Topic.SUBSCRIBER_ADDED_TO_SEQUENCE,
                        HookEvent.COURSE_SUBSCRIBE,
                        sequence,
                        "sequence",
                        () -> payloads.sequence(tx, account, sequence));
            case Event.SequenceCompleted(var subscriber, var sequence, var _) ->
                membership(
                        tx,
                        account,
                        payloads,
                        subscriber,
                        Topic.SUBSCRIBER_SEQUENCE_COMPLETED,
                        HookEvent.COURSE_COMPLETE,
                        sequence,
                        "sequence",
                        () -> payloads.sequence(tx, account, sequence));
            case Event.TagAdded(var subscriber, var tag, var _) ->
                membership(
                        tx,
                        account,
                        payloads,
                        subscriber,
                        Topic.SUBSCRIBER_TAG_ADDED,
                        HookEvent.TAG_ADD,
                        tag,
                        "tag",
                        () -> payloads.tag(tx, account, tag));
            case Event.TagRemoved(var subscriber, var tag, var _) ->
                membership(
                        tx,
                        account,
                        payloads,
                        subscriber,
                        Topic.SUBSCRIBER_TAG_REMOVED,
                        HookEvent.TAG_REMOVE,
                        tag,
                        "tag",
                        () -> payloads.tag(tx, account, tag));
            case Event.FieldValueChanged(var subscriber, var field, var _) -> {
                var person = person(tx, account, subscriber, payloads);
                Supplier<Map<String, @Nullable Object>> data =
                        () -> with(person.get(), "custom_field", payloads.fieldOf(tx, account, subscriber, field));
                yield List.of(
                        endpoint(Topic.SUBSCRIBER_CUSTOM_FIELD_VALUE_UPDATED, data),
                        new News(HookEvent.FIELD_VALUE_UPDATED.wireName(), Optional.of(field), data));
            }
            case Event.FieldCreated(var field, var _) ->
                both(
                        Topic.CUSTOM_FIELD_CREATED,
                        HookEvent.FIELD_CREATED,
                        () -> with(Map.of(), "custom_field", payloads.field(tx, account, field)));
            case Event.FieldDeleted(var field, var name, var key, var label, var _) ->
                both(
                        Topic.CUSTOM_FIELD_DELETED,
                        HookEvent.FIELD_DELETED,
                        () -> with(Map.of(), "custom_field", Payloads.field(field, name, key, label)));
            case Event.TagCreated(var tag, var _) ->
                List.of(endpoint(Topic.TAG_CREATED, () -> with(Map.of(), "tag", payloads.tag(tx, account, tag))));
            case Event.TagDeleted(var tag, var name, var createdAt, var _) ->
                List.of(endpoint(Topic.TAG_DELETED, () -> with(Map.of(), "tag", Payloads.tag(tag, name, createdAt))));
            case Event.SequenceCreated(var sequence, var _) ->
                List.of(endpoint(Topic.SEQUENCE_CREATED, plan(tx, account, sequence, payloads)));
            case Event.SequenceDeleted(var sequence, var _) ->
                List.of(endpoint(Topic.SEQUENCE_DELETED, plan(tx, account, sequence, payloads)));
            case Event.SequenceResumed(var sequence, var _) ->
                List.of(endpoint(Topic.SEQUENCE_PUBLISHED, plan(tx, account, sequence, payloads)));
            case Event.SequencePaused(var sequence, var _) ->
                List.of(endpoint(Topic.SEQUENCE_DISABLED, plan(tx, account, sequence, payloads)));
            case Event.BroadcastCreated(var broadcast, var _) ->
                List.of(endpoint(Topic.BROADCAST_CREATED, mailing(tx, account, broadcast, payloads)));
            case Event.BroadcastSent(var broadcast, var _) ->
                List.of(endpoint(Topic.BROADCAST_SENT, mailing(tx, account, broadcast, payloads)));
            case Event.BroadcastDeleted(var broadcast, var _) ->
                List.of(endpoint(Topic.BROADCAST_DELETED, mailing(tx, account, broadcast, payloads)));
            case Event.PostPublished(var post, var _) ->
                List.of(endpoint(Topic.POST_PUBLISHED, () -> with(Map.of(), "post", payloads.post(tx, account, post))));
            case Event.LinkClicked(var subscriber, var url, var _) ->
                List.of(new News(
                        HookEvent.LINK_CLICK.wireName(),
                        Optional.empty(),
                        Optional.of(url),
                        person(tx, account, subscriber, payloads)));
            case Event.PurchaseCreated(var purchase, var subscriber, var _) -> {
                var news = new ArrayList<News>();
                news.add(legacy(HookEvent.PURCHASE_CREATE, () -> payloads.purchase(tx, account, purchase)));
                var person = person(tx, account, subscriber, payloads);
                for (var product : payloads.products(tx, account, purchase)) {
                    news.add(new News(HookEvent.PRODUCT_PURCHASE.wireName(), Optional.of(product), person));
                }
                yield news;
            }
            case Event.SequencePlanChanged _,
                    Event.DeliveriesSettled _,
                    Event.DeliveryWithdrawn _,
                    Event.BroadcastMailSettled _,
                    Event.RecipientRefused _,
                    Event.SequenceEmailDeleted _,
                    Event.SequenceWanted _ -> List.of();
        };
    }

    private static Supplier<Map<String, @Nullable Object>> person(
            Tx tx, AccountId account, SubscriberId subscriber, Payloads payloads) {
        return () -> with(Map.of(), "subscriber", payloads.subscriber(tx, account, subscriber));
    }

    private static Supplier<Map<String, @Nullable Object>> plan(
            Tx tx, AccountId account, reynard.id.SequenceId sequence, Payloads payloads) {
        return () -> with(Map.of(), "sequence", payloads.sequence(tx, account, sequence));
    }

    private static Supplier<Map<String, @Nullable Object>> mailing(
            Tx tx, AccountId account, BroadcastId broadcast, Payloads payloads) {
        return () -> with(Map.of(), "broadcast", payloads.broadcast(tx, account, broadcast));
    }

    /// Both generations, with the same to say.
    private static List<News> both(Topic topic, HookEvent hook, Supplier<Map<String, @Nullable Object>> data) {
        return List.of(endpoint(topic, data), legacy(hook, data));
    }

    /// Someone came to something or left it: legacy webhooks are told of the person only.
    private static List<News> membership(
            Tx tx,
            AccountId account,
            Payloads payloads,
            SubscriberId subscriber,
            Topic topic,
            HookEvent hook,
            Id of,
            String noun,
            Supplier<Map<String, @Nullable Object>> thing) {
        var person = person(tx, account, subscriber, payloads);
        return Stream.of(
                        endpoint(topic, () -> with(person.get(), noun, thing.get())),
                        new News(hook.wireName(), Optional.of(of), person))
                .toList();
    }

    private static News endpoint(Topic topic, Supplier<Map<String, @Nullable Object>> data) {
        return new News(topic.wireName(), Optional.empty(), data);
    }

    private static News legacy(HookEvent hook, Supplier<Map<String, @Nullable Object>> data) {
        return new News(hook.wireName(), Optional.empty(), data);
    }

    private static Map<String, @Nullable Object> with(
            Map<String, @Nullable Object> before, String noun, Map<String, @Nullable Object> thing) {
        var more = new LinkedHashMap<String, @Nullable Object>(before);
        more.put(noun, thing);
        return more;
    }
}
