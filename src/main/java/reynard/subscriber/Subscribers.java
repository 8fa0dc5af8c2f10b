package reynard.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event.Departure;
import reynard.event.Event.FieldValueChanged;
import reynard.event.Event.SubscriberConfirmed;
import reynard.event.Event.SubscriberCreated;
import reynard.event.Event.SubscriberLeft;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.SubscriberId;
import reynard.id.SuppressionId;
import reynard.mail.EmailAddress;

/// The people of an account.
public final class Subscribers {
    /// How far back the engagement reaches that lists are ordered by.
    private static final Duration ENGAGEMENT = Duration.ofDays(90);

    private final SubscriberStore store = new SubscriberStore();
    private final LocationStore locations = new LocationStore();
    private final SuppressionStore suppressions = new SuppressionStore();
    private final WishStore wishes = new WishStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final ErasedAddresses erased;
    private final InstantSource clock;

    /// The people of an installation from which nobody was erased.
    public Subscribers(Database database, IdBlocks ids, Events events, InstantSource clock) {
        this(database, ids, events, new ErasedAddresses(new byte[32]), clock);
    }

    public Subscribers(Database database, IdBlocks ids, Events events, ErasedAddresses erased, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        this.erased = erased;
        this.clock = clock;
    }

    /// A subscriber after an upsert, and whether they are new.
    public record Saved(Subscriber subscriber, boolean created) {}

    /// Creates the subscriber, or changes first name and fields of the one who has this address. The state is that of a
    /// new one only: nobody who left comes back by this door, nor does a suppressed address.
    ///
    /// @param firstName absent leaves an existing one as it is
    /// @param fields an empty value clears the field
    public Saved upsert(
            AccountId account,
            EmailAddress email,
            Optional<String> firstName,
            SubscriberState state,
            Map<CustomFieldId, Optional<String>> fields) {
        return database.inTx(tx -> upsert(tx, account, email, firstName, state, fields));
    }

    /// The same in a transaction of the caller's.
    public Saved upsert(
            Tx tx,
            AccountId account,
            EmailAddress email,
            Optional<String> firstName,
            SubscriberState state,
            Map<CustomFieldId, Optional<String>> fields) {
        var now = clock.instant();
        // Someone who is new has no values; someone who is not keeps them from here to the end of this.
        var before = fields.isEmpty()
                ? Optional.<Subscriber>empty()
                : store.findByEmailForUpdate(tx, account, email.value());
        var upserted = store.upsert(
                tx,
                account,
                new SubscriberId(ids.next()),
                email.value(),
                firstName.orElse(null),
                suppressed(tx, account, email).map(Suppression.Reason::state).orElse(state),
                SubscriberStore.FieldValues.of(fields),
                now);
        var after = upserted.subscriber();
        if (upserted.created()) {
            boolean active = after.state() == SubscriberState.ACTIVE;
            events.append(tx, account, new SubscriberCreated(after.id(), active, now));
        }
        tellChanges(tx, account, before, after, fields.keySet(), now);
        return new Saved(after, upserted.created());
    }

    /// One of many to be there.
    ///
    /// @param firstName absent leaves an existing one as it is
    /// @param state of someone new
    public record Wanted(EmailAddress email, Optional<String> firstName, SubscriberState state) {
        String key() {
            return email.value().toLowerCase(Locale.ROOT);
        }

        /// The same person, wanted once more.
        Wanted then(Wanted later) {
            return new Wanted(email, later.firstName.or(() -> firstName), state);
        }
    }

    /// As [#upsert] one after the other, in few statements, without custom fields.
    ///
    /// @param people may name one several times
    /// @return in the order of the people
    public List<Saved> upsertAll(Tx tx, AccountId account, List<Wanted> people) {
        // In one order, so that two who write many do not wait for each other in a circle.
        var together = new TreeMap<String, Wanted>();
        var saved = new HashMap<String, Saved>();
        for (var wanted : people) {
            // What other letters are in small is PostgreSQL's to say.
            if (wanted.email().isAscii()) {
                together.merge(wanted.key(), wanted, Wanted::then);
            } else {
                saved.put(
                        wanted.key(),
                        upsert(tx, account, wanted.email(), wanted.firstName(), wanted.state(), Map.of()));
            }
        }
        saved.putAll(upsertTogether(tx, account, together));
        return people.stream()
                .map(wanted -> Objects.requireNonNull(saved.get(wanted.key())))
                .toList();
    }

    private Map<String, Saved> upsertTogether(Tx tx, AccountId account, SortedMap<String, Wanted> people) {
        if (people.isEmpty()) {
            return Map.of();
        }
        var now = clock.instant();
        var reasons = suppressions.reasons(
                tx,
                account,
                people.values().stream()
                        .flatMap(wanted -> Stream.of(Suppression.key(wanted.email()), erased.key(wanted.email())))
                        .toList());
        var rows = people.values().stream()
                .map(wanted -> new SubscriberStore.Row(
                        new SubscriberId(ids.next()),
                        wanted.email().value(),
                        wanted.firstName().orElse(null),
                        Optional.ofNullable(reasons.get(Suppression.key(wanted.email())))
                                .or(() -> Optional.ofNullable(reasons.get(erased.key(wanted.email()))))
                                .map(Suppression.Reason::state)
                                .orElse(wanted.state())))
                .toList();
        var saved = new HashMap<String, Saved>();
        store.upsertAll(tx, account, rows, now)
                .forEach((key, upserted) -> saved.put(key, new Saved(upserted.subscriber(), upserted.created())));
        events.appendAll(
                tx,
                account,
                people.keySet().stream()
                        .map(key -> Objects.requireNonNull(saved.get(key)))
                        .filter(Saved::created)
                        .map(Saved::subscriber)
                        .map(person ->
                                new SubscriberCreated(person.id(), person.state() == SubscriberState.ACTIVE, now))
                        .toList());
        return saved;
    }

    /// Whether no mail goes to the address, whoever is said to have it.
    public boolean isSuppressed(Tx tx, AccountId account, EmailAddress email) {
        return suppressed(tx, account, email).isPresent();
    }

    /// Somebody who had gone has agreed anew, by a link that was mailed to their address. Who is kept off the list by
    /// the operator stays off it.
    ///
    /// @return whether they may be mailed now
    public boolean comeBack(Tx tx, AccountId account, SubscriberId id) {
        var now = clock.instant();
        var suppression = store.find(tx, account, id)
                .flatMap(reader -> suppressions
                        .find(tx, account, Suppression.key(reader.emailAddress()))
                        .or(() -> suppressions.find(tx, account, erased.key(reader.emailAddress()))));
        if (suppression
                .filter(entry -> entry.reason() == Suppression.Reason.MANUAL)
                .isPresent()) {
            return false;
        }
        suppression.ifPresent(entry -> suppressions.remove(
                tx, account, entry.id(), Optional.of("The reader has agreed anew, by a confirmation mail."), now));
        if (store.changeState(
                tx,
                account,
                id,
                EnumSet.of(SubscriberState.CANCELLED, SubscriberState.BOUNCED, SubscriberState.COMPLAINED),
                SubscriberState.ACTIVE,
                now)) {
            events.append(tx, account, new SubscriberConfirmed(id, now));
        }
        return true;
    }

    private Optional<Suppression.Reason> suppressed(Tx tx, AccountId account, EmailAddress email) {
        return suppressions
                .find(tx, account, Suppression.key(email))
                .or(() -> suppressions.find(tx, account, erased.key(email)))
                .map(Suppression::reason);
    }

    public Optional<Subscriber> find(Tx tx, AccountId account, SubscriberId id) {
        return store.find(tx, account, id);
    }

    public Optional<Subscriber> find(AccountId account, SubscriberId id) {
        return database.inTx(tx -> store.find(tx, account, id));
    }

    /// Compared without case.
    public Optional<Subscriber> findByEmail(Tx tx, AccountId account, String email) {
        return store.findByEmail(tx, account, email);
    }

    /// By the addresses as they are given; those that nobody has are missing.
    public Map<String, Subscriber> findByEmails(Tx tx, AccountId account, Collection<String> emails) {
        return emails.isEmpty() ? Map.of() : store.findByEmails(tx, account, emails);
    }

    public Map<SubscriberId, Subscriber> findAll(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        return store.findAll(tx, account, subscribers).stream()
                .collect(Collectors.toMap(Subscriber::id, Function.identity()));
    }

    /// Those of them who are there, as they stay until the transaction ends: nobody changes or deletes them before.
    public Map<SubscriberId, Subscriber> hold(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        return store.hold(tx, account, subscribers).stream()
                .collect(Collectors.toMap(Subscriber::id, Function.identity()));
    }

    /// A value for one subscriber in one custom field.
    public record FieldValue(SubscriberId subscriber, CustomFieldId field, String value) {}

    /// Sets many values, of one field the last. Who is not there is left out; the fields must exist.
    ///
    /// @return who is there
    public Set<SubscriberId> setFieldValues(Tx tx, AccountId account, List<FieldValue> values) {
        var now = clock.instant();
        var wanted = values.stream().map(FieldValue::subscriber).collect(Collectors.toSet());
        var before = store.findAllForUpdate(tx, account, wanted).stream()
                .collect(Collectors.toMap(Subscriber::id, Subscriber::fields, (one, _) -> one, LinkedHashMap::new));
        var written = new LinkedHashMap<SubscriberId, Map<CustomFieldId, Optional<String>>>();
        for (var value : values) {
            if (before.containsKey(value.subscriber())) {
                written.computeIfAbsent(value.subscriber(), _ -> new LinkedHashMap<>())
                        .put(value.field(), Optional.of(value.value()));
            }
        }
        if (written.isEmpty()) {
            return Set.of();
        }
        var rows = new LinkedHashMap<SubscriberId, SubscriberStore.FieldValues>();
        var news = new ArrayList<FieldValueChanged>();
        written.forEach((subscriber, fields) -> {
            rows.put(subscriber, SubscriberStore.FieldValues.of(fields));
            var old = before.getOrDefault(subscriber, Map.of());
            fields.forEach((field, value) -> {
                if (!value.equals(Optional.ofNullable(old.get(field)))) {
                    news.add(new FieldValueChanged(subscriber, field, now));
                }
            });
        });
        store.setFields(tx, account, rows, now);
        events.appendAll(tx, account, news);
        return Set.copyOf(before.keySet());
    }

    public Page<Subscriber> list(
            AccountId account, SubscriberFilter filter, SubscriberSort sort, Listing.Order order, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, filter, sort, order, engagedSince(), page));
    }

    /// Newest first.
    public Page<Subscriber> inState(AccountId account, SubscriberState state, PageRequest page) {
        return database.inTx(tx -> store.inState(tx, account, state, page));
    }

    /// Those whose address begins so, without case, by address.
    public Page<Subscriber> beginningWith(Tx tx, AccountId account, Sought sought, PageRequest page) {
        return store.beginningWith(tx, account, sought, page);
    }

    /// A step of those who are sought and were there at a moment: by id, after another.
    public List<Subscriber> walk(
            Tx tx, AccountId account, Sought sought, SubscriberId after, Instant createdUntil, int limit) {
        return store.walk(tx, account, sought, after, createdUntil, limit);
    }

    /// How many are sought, or one more than are counted at most.
    public long count(Tx tx, AccountId account, Sought sought, long max) {
        return store.count(tx, account, sought, max);
    }

    /// A quick look, however many there are.
    public boolean hasMoreThan(Tx tx, AccountId account, int people) {
        return store.hasMoreThan(tx, account, people);
    }

    /// How many are in each state; those that nobody is in are missing.
    public Map<SubscriberState, Long> counts(Tx tx, AccountId account) {
        return store.counts(tx, account);
    }

    /// Who matches the condition. It has the parameters of the order, too.
    public Page<Subscriber> search(
            Tx tx,
            AccountId account,
            SubscriberCondition condition,
            SubscriberSort sort,
            Listing.Order order,
            PageRequest page) {
        return store.search(tx, account, condition, sort, order, engagedSince(), page);
    }

    private Instant engagedSince() {
        return clock.instant().minus(ENGAGEMENT);
    }

    /// A tag that a subscriber wears, as a list of subscribers shows it.
    public record TagLabel(long id, String name) {}

    /// In the order of the tags' creation; those who wear none are missing.
    public Map<SubscriberId, List<TagLabel>> tags(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        return store.tags(tx, account, subscribers);
    }

    /// Those whom nothing is known of are missing.
    public Map<SubscriberId, Attribution> attributions(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        return store.attributions(tx, account, subscribers);
    }

    /// Notes what brought a subscriber here, unless more is known than that a program has created them.
    public void attribute(Tx tx, AccountId account, SubscriberId subscriber, Attribution attribution) {
        store.attribute(tx, account, subscriber, attribution);
    }

    /// The same for many.
    public void attributeAll(Tx tx, AccountId account, Map<SubscriberId, Attribution> attributions) {
        if (!attributions.isEmpty()) {
            store.attributeAll(tx, account, attributions);
        }
    }

    /// Those without a place are missing.
    public Map<SubscriberId, Location> locations(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        return locations.find(tx, account, subscribers);
    }

    public void pin(Tx tx, AccountId account, SubscriberId subscriber, Location location) {
        locations.put(tx, account, subscriber, location);
    }

    public void unpin(Tx tx, AccountId account, SubscriberId subscriber) {
        locations.delete(tx, account, subscriber);
    }

    /// Those who want every email that is planned for them are missing.
    public Map<SubscriberId, Wish> wishes(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        return wishes.find(tx, account, subscribers);
    }

    /// A reader wants fewer emails from now on, or all of them again.
    public void wish(Tx tx, AccountId account, SubscriberId subscriber, Optional<Wish> wish) {
        wish.ifPresentOrElse(
                fewer -> wishes.put(tx, account, subscriber, fewer, clock.instant()),
                () -> wishes.delete(tx, account, subscriber));
    }

    public sealed interface Update {
        record Updated(Subscriber subscriber) implements Update {}

        record NoSuchSubscriber() implements Update {}

        /// Another subscriber has this address.
        record EmailTaken() implements Update {}
    }

    /// @param email absent leaves it
    /// @param firstName absent leaves it, present and empty clears it
    public Update update(
            AccountId account,
            SubscriberId id,
            Optional<EmailAddress> email,
            Optional<Optional<String>> firstName,
            Map<CustomFieldId, Optional<String>> fields) {
        @Nullable String newName = firstName.flatMap(name -> name).orElse(null);
        try {
            return database.inTx(tx -> {
                var now = clock.instant();
                var before = store.findForUpdate(tx, account, id);
                var after = store.update(
                        tx,
                        account,
                        id,
                        email.map(EmailAddress::value).orElse(null),
                        firstName.isEmpty(),
                        newName,
                        SubscriberStore.FieldValues.of(fields),
                        now);
                after.ifPresent(updated -> tellChanges(tx, account, before, updated, fields.keySet(), now));
                return after.map(saved -> gone(tx, account, saved, email))
                        .<Update>map(Update.Updated::new)
                        .orElseGet(Update.NoSuchSubscriber::new);
            });
        } catch (RuntimeException e) {
            if (Database.isTaken(e)) {
                return new Update.EmailTaken();
            }
            throw e;
        }
    }

    /// Somebody's emails go to another address of theirs, which they have confirmed.
    ///
    /// @return false when nobody is there or somebody else has the address; then nothing has changed
    public boolean move(Tx tx, AccountId account, SubscriberId id, EmailAddress to) {
        if (store.findForUpdate(tx, account, id).isEmpty()
                || store.findByEmail(tx, account, to.value())
                        .filter(other -> !other.id().equals(id))
                        .isPresent()) {
            return false;
        }
        store.update(tx, account, id, to.value(), true, null, SubscriberStore.FieldValues.of(Map.of()), clock.instant())
                .ifPresent(moved -> gone(tx, account, moved, Optional.of(to)));
        return true;
    }

    private void tellChanges(
            Tx tx,
            AccountId account,
            Optional<Subscriber> before,
            Subscriber after,
            Collection<CustomFieldId> written,
            Instant at) {
        var old = before.map(Subscriber::fields).orElse(Map.of());
        for (var field : written) {
            if (!Objects.equals(old.get(field), after.fields().get(field))) {
                events.append(tx, account, new FieldValueChanged(after.id(), field, at));
            }
        }
    }

    /// Who takes a suppressed address gets no mail, as if it had been theirs before.
    private Subscriber gone(Tx tx, AccountId account, Subscriber saved, Optional<EmailAddress> taken) {
        return taken.flatMap(email -> suppressed(tx, account, email))
                .filter(reason -> leave(tx, account, saved.id(), reason.departure(), "", clock.instant()))
                .flatMap(_ -> store.find(tx, account, saved.id()))
                .orElse(saved);
    }

    /// Ends all mail to the subscriber; record, tags and history stay. Again changes nothing.
    ///
    /// @return whether there is such a subscriber
    public boolean unsubscribe(AccountId account, SubscriberId id) {
        return database.inTx(tx -> {
            if (store.find(tx, account, id).isEmpty()) {
                return false;
            }
            leave(tx, account, id, Departure.UNSUBSCRIBED, "", clock.instant());
            return true;
        });
    }

    /// The subscriber is gone for the given reason, and their address is suppressed. Who complained stays so; who
    /// bounced may still complain.
    ///
    /// @param evidence what made us think so, in the words that came; empty for an act of the reader
    /// @return whether they were not gone for it, or for a worse one, before
    public boolean leave(Tx tx, AccountId account, SubscriberId id, Departure departure, String evidence, Instant at) {
        store.find(tx, account, id)
                .ifPresent(reader -> suppressions.add(
                        tx,
                        account,
                        new Suppression(
                                new SuppressionId(ids.next()),
                                Suppression.key(reader.emailAddress()),
                                Suppression.Reason.of(departure),
                                evidence,
                                Optional.of(id),
                                at)));
        var to = switch (departure) {
            case UNSUBSCRIBED -> SubscriberState.CANCELLED;
            case BOUNCED -> SubscriberState.BOUNCED;
            case COMPLAINED -> SubscriberState.COMPLAINED;
        };
        Set<SubscriberState> from = departure == Departure.COMPLAINED
                ? EnumSet.complementOf(EnumSet.of(SubscriberState.COMPLAINED))
                : EnumSet.of(SubscriberState.ACTIVE, SubscriberState.INACTIVE);
        if (!store.changeState(tx, account, id, from, to, at)) {
            return false;
        }
        events.append(tx, account, new SubscriberLeft(id, departure, at));
        return true;
    }

    /// An unconfirmed subscriber becomes active; anybody else stays as they are.
    ///
    /// @return whether there was an unconfirmed subscriber of this id
    public boolean confirm(Tx tx, AccountId account, SubscriberId id) {
        var now = clock.instant();
        if (!store.changeState(tx, account, id, EnumSet.of(SubscriberState.INACTIVE), SubscriberState.ACTIVE, now)) {
            return false;
        }
        events.append(tx, account, new SubscriberConfirmed(id, now));
        return true;
    }
}
