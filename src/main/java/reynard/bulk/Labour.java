package reynard.bulk;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Enrollments;
import reynard.form.Forms;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.mail.EmailAddress;
import reynard.subscriber.Attribution;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.subscriber.UtmParameters;
import reynard.tag.Tag;
import reynard.tag.Tags;

/// Does some items of an operation, together and in one transaction, by the front doors of those whose they are.
public final class Labour {
    private static final String NO_SUBSCRIBER = "Subscriber does not exist";
    private static final String NO_SEQUENCE = "Sequence does not exist";
    private static final String NO_TAG = "Tag does not exist";
    private static final Attribution IMPORTED = new Attribution(
            Optional.of(Attribution.MANUAL),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.of("import"),
            OptionalLong.empty(),
            Optional.empty());

    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Tags tags;
    private final Forms forms;
    private final Enrollments enrollments;

    public Labour(Subscribers subscribers, CustomFields customFields, Tags tags, Forms forms, Enrollments enrollments) {
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.tags = tags;
        this.forms = forms;
        this.enrollments = enrollments;
    }

    /// @param items that are well-formed
    Outcome perform(Tx tx, AccountId account, BulkOperation operation, List<? extends Item> items) {
        return switch (operation) {
            case UPSERT_SUBSCRIBERS -> upsert(tx, account, cast(items, Item.Person.class));
            case CREATE_TAGS -> createTags(tx, account, cast(items, Item.TagName.class));
            case DELETE_TAGS -> deleteTags(tx, account, cast(items, Item.TagReference.class));
            case TAG -> tag(tx, account, cast(items, Item.Tagging.class));
            case UNTAG -> untag(tx, account, cast(items, Item.Tagging.class));
            case CREATE_CUSTOM_FIELDS -> createFields(tx, account, cast(items, Item.FieldLabel.class));
            case SET_FIELD_VALUES -> setValues(tx, account, cast(items, Item.FieldValue.class));
            case ADD_TO_FORMS -> addToForms(tx, account, cast(items, Item.Addition.class));
            case ADD_TO_SEQUENCE -> addToSequences(tx, account, cast(items, Item.Placement.class));
            case REMOVE_FROM_SEQUENCE -> removeFromSequences(tx, account, cast(items, Item.Placement.class));
            case IMPORT_PEOPLE -> arrive(tx, account, cast(items, Item.Arrival.class));
        };
    }

    /// The next of those who are chosen.
    List<SubscriberId> next(Tx tx, AccountId account, Choice choice, SubscriberId after, Instant until, int limit) {
        return subscribers.walk(tx, account, choice.sought(), after, until, limit).stream()
                .map(Subscriber::id)
                .toList();
    }

    long count(Tx tx, AccountId account, Choice choice) {
        return subscribers.count(tx, account, choice.sought(), Integer.MAX_VALUE - 1L);
    }

    private static <T extends Item> List<T> cast(List<? extends Item> items, Class<T> type) {
        return items.stream().map(type::cast).toList();
    }

    private Outcome upsert(Tx tx, AccountId account, List<Item.Person> people) {
        var wanted = people.stream()
                .map(person -> new Subscribers.Wanted(
                        EmailAddress.parse(Objects.requireNonNull(person.emailAddress())
                                        .strip())
                                .orElseThrow(),
                        Optional.ofNullable(person.firstName()),
                        SubscriberState.named(Objects.requireNonNull(person.state()))
                                .orElseThrow()))
                .toList();
        return done(subscribers.upsertAll(tx, account, wanted), saved -> {
            var subscriber = saved.subscriber();
            var json = new LinkedHashMap<String, @Nullable Object>();
            json.put("id", subscriber.id().value());
            json.put("first_name", subscriber.firstName().orElse(null));
            json.put("email_address", subscriber.emailAddress());
            json.put("state", subscriber.state().wireName());
            json.put("created_at", text(subscriber.createdAt()));
            return json;
        });
    }

    private Outcome createTags(Tx tx, AccountId account, List<Item.TagName> items) {
        var names = items.stream()
                .map(item -> Objects.requireNonNull(item.name()).strip())
                .toList();
        return done(tags.createAll(tx, account, names), Labour::json);
    }

    private static Map<String, @Nullable Object> json(Tag tag) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", tag.id().value());
        json.put("name", tag.name());
        json.put("created_at", text(tag.createdAt()));
        return json;
    }

    private Outcome deleteTags(Tx tx, AccountId account, List<Item.TagReference> items) {
        var left = new LinkedHashSet<>(tags.deleteAll(tx, account, ids(items, Item.TagReference::id, TagId::new)));
        var gathering = new Outcome.Gathering();
        for (var item : items) {
            // Named twice, it is there once.
            if (item.id() == null || !left.remove(new TagId(item.id()))) {
                gathering.failed(item, List.of(NO_TAG));
            }
        }
        return gathering.outcome();
    }

    /// Taggings of tags and people who are there, each with its item.
    private record Pairs(Map<SubscriberId, Subscriber> people, Map<Item.Tagging, Tags.Pair> pairs) {}

    private Pairs pairs(Tx tx, AccountId account, List<Item.Tagging> items, Outcome.Gathering gathering) {
        var people = subscribers.hold(tx, account, ids(items, Item.Tagging::subscriberId, SubscriberId::new));
        var known = tags.hold(tx, account, ids(items, Item.Tagging::tagId, TagId::new));
        var pairs = new LinkedHashMap<Item.Tagging, Tags.Pair>();
        for (var item : items) {
            var subscriber = found(item.subscriberId(), SubscriberId::new, people.keySet());
            var tag = found(item.tagId(), TagId::new, known);
            if (subscriber.isPresent() && tag.isPresent()) {
                pairs.put(item, new Tags.Pair(tag.get(), subscriber.get()));
            } else {
                gathering.failed(item, missing(tag, NO_TAG, subscriber));
            }
        }
        return new Pairs(people, pairs);
    }

    private static List<String> missing(Optional<?> thing, String noThing, Optional<?> subscriber) {
        var errors = new ArrayList<String>();
        if (subscriber.isEmpty()) {
            errors.add(NO_SUBSCRIBER);
        }
        if (thing.isEmpty()) {
            errors.add(noThing);
        }
        return errors;
    }

    private Outcome tag(Tx tx, AccountId account, List<Item.Tagging> items) {
        var gathering = new Outcome.Gathering();
        var found = pairs(tx, account, items, gathering);
        var tagged = tags.tagAll(tx, account, found.pairs().values());
        for (var item : items) {
            var pair = found.pairs().get(item);
            if (pair != null) {
                var json = person(Objects.requireNonNull(found.people().get(pair.subscriber())));
                json.put("tagged_at", text(Objects.requireNonNull(tagged.get(pair))));
                gathering.done(json);
            }
        }
        return gathering.outcome();
    }

    private Outcome untag(Tx tx, AccountId account, List<Item.Tagging> items) {
        var gathering = new Outcome.Gathering();
        tags.untagAll(tx, account, pairs(tx, account, items, gathering).pairs().values());
        return gathering.outcome();
    }

    private Outcome createFields(Tx tx, AccountId account, List<Item.FieldLabel> items) {
        var gathering = new Outcome.Gathering();
        for (var item : items) {
            switch (customFields.create(tx, account, Objects.requireNonNull(item.label()))) {
                case CustomFields.Creation.Created(var field) -> gathering.done(json(field));
                case CustomFields.Creation.Existing(var field) -> gathering.done(json(field));
                case CustomFields.Creation.NoKey _ ->
                    gathering.failed(item, List.of("Label must have a letter or digit to make a key of"));
            }
        }
        return gathering.outcome();
    }

    private static Map<String, @Nullable Object> json(CustomField field) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", field.id().value());
        json.put("key", field.key());
        json.put("label", field.label());
        json.put("name", field.name());
        json.put("created_at", text(field.createdAt()));
        return json;
    }

    private Outcome setValues(Tx tx, AccountId account, List<Item.FieldValue> items) {
        var known = customFields.all(tx, account).stream().map(CustomField::id).collect(Collectors.toSet());
        var values = new ArrayList<Subscribers.FieldValue>();
        for (var item : items) {
            found(item.subscriberCustomFieldId(), CustomFieldId::new, known)
                    .filter(_ -> item.subscriberId() != null)
                    .ifPresent(field -> values.add(new Subscribers.FieldValue(
                            new SubscriberId(Objects.requireNonNull(item.subscriberId())),
                            field,
                            Objects.requireNonNull(item.value()))));
        }
        subscribers.setFieldValues(tx, account, values);
        var people = subscribers
                .hold(tx, account, ids(items, Item.FieldValue::subscriberId, SubscriberId::new))
                .keySet();
        var gathering = new Outcome.Gathering();
        for (var item : items) {
            var field = found(item.subscriberCustomFieldId(), CustomFieldId::new, known);
            var subscriber = found(item.subscriberId(), SubscriberId::new, people);
            if (field.isPresent() && subscriber.isPresent()) {
                var json = new LinkedHashMap<String, @Nullable Object>();
                json.put("subscriber_id", subscriber.get().value());
                json.put("subscriber_custom_field_id", field.get().value());
                json.put("value", item.value());
                gathering.done(json);
            } else {
                gathering.failed(item, missing(field, "Custom field does not exist", subscriber));
            }
        }
        return gathering.outcome();
    }

    private Outcome addToForms(Tx tx, AccountId account, List<Item.Addition> items) {
        var people = subscribers.hold(tx, account, ids(items, Item.Addition::subscriberId, SubscriberId::new));
        var known = forms.hold(tx, account, ids(items, Item.Addition::formId, FormId::new));
        var gathering = new Outcome.Gathering();
        var pairs = new LinkedHashMap<Item.Addition, Forms.Pair>();
        var referrers = new LinkedHashMap<Forms.Pair, Optional<String>>();
        for (var item : items) {
            var subscriber = found(item.subscriberId(), SubscriberId::new, people.keySet());
            var form = found(item.formId(), FormId::new, known.keySet());
            if (subscriber.isPresent() && form.isPresent()) {
                var pair = new Forms.Pair(form.get(), subscriber.get());
                pairs.put(item, pair);
                referrers.putIfAbsent(pair, Optional.ofNullable(item.referrer()));
            } else {
                gathering.failed(item, missing(form, "Form does not exist", subscriber));
            }
        }
        var members = forms.addAll(tx, account, referrers);
        for (var item : items) {
            var pair = pairs.get(item);
            if (pair != null) {
                var json = person(Objects.requireNonNull(people.get(pair.subscriber())));
                member(json, Objects.requireNonNull(members.get(pair)));
                gathering.done(json);
            }
        }
        return gathering.outcome();
    }

    private Outcome addToSequences(Tx tx, AccountId account, List<Item.Placement> items) {
        var people = subscribers.hold(tx, account, ids(items, Item.Placement::subscriberId, SubscriberId::new));
        var gathering = new Outcome.Gathering();
        placed(items, people.keySet(), gathering).forEach((sequence, placements) -> {
            var outcomes = enrollments.enrollAll(
                    tx,
                    account,
                    sequence,
                    placements.stream()
                            .map(item -> Objects.requireNonNull(people.get(person(item))))
                            .toList(),
                    Enrollment.Source.MANUAL);
            for (int i = 0; i < placements.size(); i++) {
                refusal(outcomes.get(i)).ifPresent(failure(gathering, placements.get(i)));
            }
        });
        return gathering.outcome();
    }

    private static Consumer<String> failure(Outcome.Gathering gathering, Item item) {
        return error -> gathering.failed(item, List.of(error));
    }

    /// Whoever is in already is where they are wanted.
    private static Optional<String> refusal(Enrollments.Enrolling outcome) {
        return switch (outcome) {
            case Enrollments.Enrolling.Enrolled _,
                    Enrollments.Enrolling.Restarted _,
                    Enrollments.Enrolling.AlreadyIn _ -> Optional.empty();
            case Enrollments.Enrolling.SequenceInactive _ -> Optional.of("Sequence is paused");
            case Enrollments.Enrolling.NoSuchSequence _ -> Optional.of(NO_SEQUENCE);
        };
    }

    private Outcome removeFromSequences(Tx tx, AccountId account, List<Item.Placement> items) {
        var people = subscribers.hold(tx, account, ids(items, Item.Placement::subscriberId, SubscriberId::new));
        var gathering = new Outcome.Gathering();
        placed(items, people.keySet(), gathering)
                .forEach((sequence, placements) -> enrollments.removeAll(
                        tx,
                        account,
                        sequence,
                        placements.stream().map(Labour::person).toList()));
        return gathering.outcome();
    }

    private static SubscriberId person(Item.Placement item) {
        return new SubscriberId(Objects.requireNonNull(item.subscriberId()));
    }

    /// Those of people who are there, by their sequences.
    private static Map<SequenceId, List<Item.Placement>> placed(
            List<Item.Placement> items, Set<SubscriberId> people, Outcome.Gathering gathering) {
        var placed = new LinkedHashMap<SequenceId, List<Item.Placement>>();
        for (var item : items) {
            if (item.sequenceId() == null
                    || found(item.subscriberId(), SubscriberId::new, people).isEmpty()) {
                gathering.failed(item, List.of(item.sequenceId() == null ? NO_SEQUENCE : NO_SUBSCRIBER));
            } else {
                placed.computeIfAbsent(new SequenceId(item.sequenceId()), _ -> new ArrayList<>())
                        .add(item);
            }
        }
        return placed;
    }

    /// People of a table: who they are, what is known of them, and where they are put.
    private Outcome arrive(Tx tx, AccountId account, List<Item.Arrival> items) {
        var saved = subscribers.upsertAll(
                tx,
                account,
                items.stream()
                        .map(item -> new Subscribers.Wanted(
                                EmailAddress.parse(item.emailAddress()).orElseThrow(),
                                Optional.ofNullable(item.firstName()),
                                SubscriberState.ACTIVE))
                        .toList());
        var known = customFields.all(tx, account).stream().map(CustomField::id).collect(Collectors.toSet());
        var held = tags.hold(
                tx,
                account,
                items.stream()
                        .flatMap(item -> item.tags().stream())
                        .map(TagId::new)
                        .collect(Collectors.toSet()));
        var values = new ArrayList<Subscribers.FieldValue>();
        var pairs = new LinkedHashSet<Tags.Pair>();
        var origins = new LinkedHashMap<SubscriberId, Attribution>();
        var joining = new LinkedHashMap<SequenceId, List<Subscriber>>();
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            var person = saved.get(i).subscriber();
            item.fields()
                    .forEach((id, value) -> Optional.of(new CustomFieldId(Long.parseLong(id)))
                            .filter(known::contains)
                            .ifPresent(field -> values.add(new Subscribers.FieldValue(person.id(), field, value))));
            item.tags().stream()
                    .map(TagId::new)
                    .filter(held::contains)
                    .forEach(tag -> pairs.add(new Tags.Pair(tag, person.id())));
            if (saved.get(i).created()) {
                origins.put(person.id(), IMPORTED);
            }
            if (item.sequence() != null) {
                joining.computeIfAbsent(new SequenceId(item.sequence()), _ -> new ArrayList<>())
                        .add(person);
            }
        }
        subscribers.setFieldValues(tx, account, values);
        tags.tagAll(tx, account, pairs);
        subscribers.attributeAll(tx, account, origins);
        joining.forEach(
                (sequence, people) -> enrollments.enrollAll(tx, account, sequence, people, Enrollment.Source.MANUAL));
        return new Outcome(List.of(), List.of(), origins.size());
    }

    private static void member(Map<String, @Nullable Object> json, Forms.Member member) {
        json.put("added_at", text(member.addedAt()));
        json.put("referrer", member.referrer().orElse(null));
        var utm = UtmParameters.of(member.referrer().orElse(""));
        var parameters = new LinkedHashMap<String, @Nullable Object>();
        parameters.put("source", utm.source().orElse(null));
        parameters.put("medium", utm.medium().orElse(null));
        parameters.put("campaign", utm.campaign().orElse(null));
        parameters.put("term", utm.term().orElse(null));
        parameters.put("content", utm.content().orElse(null));
        json.put("referrer_utm_parameters", parameters);
    }

    private static Map<String, @Nullable Object> person(Subscriber subscriber) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", subscriber.id().value());
        json.put("first_name", subscriber.firstName().orElse(null));
        json.put("email_address", subscriber.emailAddress());
        json.put("created_at", text(subscriber.createdAt()));
        return json;
    }

    private static <T> Outcome done(List<T> things, Function<T, Map<String, @Nullable Object>> json) {
        return new Outcome(things.stream().map(json).toList(), List.of());
    }

    private static <I, T> Set<T> ids(Collection<I> items, Function<I, @Nullable Long> value, LongFunction<T> id) {
        var ids = new LinkedHashSet<T>();
        for (var item : items) {
            @Nullable Long number = value.apply(item);
            if (number != null) {
                ids.add(id.apply(number));
            }
        }
        return ids;
    }

    private static <T> Optional<T> found(@Nullable Long value, LongFunction<T> id, Set<T> among) {
        return value == null ? Optional.empty() : Optional.of(id.apply(value)).filter(among::contains);
    }

    /// As answers write it.
    private static String text(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
