package reynard.form;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.FormId;
import reynard.id.SubscriberId;
import reynard.subscriber.Attribution;
import reynard.subscriber.MemberFilter;
import reynard.subscriber.Subscribers;

/// The ways in, and who came by them.
public final class Forms {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int UID_BYTES = 10;

    private final FormStore store = new FormStore();
    private final Database database;
    private final IdBlocks ids;
    private final Subscribers subscribers;
    private final Events events;
    private final InstantSource clock;

    public Forms(Database database, IdBlocks ids, Subscribers subscribers, Events events, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.subscribers = subscribers;
        this.events = events;
        this.clock = clock;
    }

    public Form create(AccountId account, String name, Form.Kind kind) {
        var form = new Form(new FormId(ids.next()), name, kind, Form.Status.ACTIVE, uid(), clock.instant());
        database.useTx(tx -> store.insert(tx, account, form));
        return form;
    }

    // Kit's are ten hexadecimal digits; more of them cannot be guessed.
    private static String uid() {
        var random = new byte[UID_BYTES];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /// What is absent stays as it is.
    ///
    /// @return empty when there is no such form
    public Optional<Form> update(AccountId account, FormId id, Optional<String> name, Optional<Form.Status> status) {
        return database.inTx(tx -> store.update(
                tx,
                account,
                id,
                name.orElse(null),
                status.map(Form.Status::wireName).orElse(null)));
    }

    public Page<Form> list(AccountId account, FormFilter filter, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, filter, page));
    }

    public Map<FormId, Long> subscriberCounts(AccountId account, Collection<FormId> forms) {
        return database.inTx(tx -> store.subscriberCounts(tx, account, forms));
    }

    public Optional<Form> find(Tx tx, AccountId account, FormId id) {
        return store.find(tx, account, id);
    }

    /// The form that a public page names.
    public Optional<Form> findByUid(Tx tx, AccountId account, String uid) {
        return store.findByUid(tx, account, uid);
    }

    /// A subscriber who came by a form.
    ///
    /// @param referrer the address of the page they came from, as it was told
    public record Member(SubscriberId subscriber, Optional<String> referrer, Instant addedAt) {}

    /// Who came by the form, the last first.
    public Page<Member> members(Tx tx, AccountId account, FormId form, MemberFilter filter, PageRequest page) {
        return store.members(tx, account, form, filter, page);
    }

    /// A membership, and whether it is new.
    public record Added(Member member, boolean added) {}

    /// Form and subscriber must exist. For a member nothing changes, the referrer neither.
    public Added add(Tx tx, AccountId account, FormId form, SubscriberId subscriber, Optional<String> referrer) {
        var member = new Member(subscriber, referrer, clock.instant());
        if (!store.insertMember(tx, account, form, member, ids.next())) {
            return new Added(store.member(tx, account, form, subscriber), false);
        }
        store.find(tx, account, form).ifPresent(found -> attribute(tx, account, found, subscriber, referrer));
        events.append(tx, account, new Event.FormJoined(subscriber, form, member.addedAt()));
        return new Added(member, true);
    }

    /// Those that are there; nobody deletes them before the transaction ends.
    public Map<FormId, Form> hold(Tx tx, AccountId account, Collection<FormId> forms) {
        return store.hold(tx, account, forms).stream().collect(Collectors.toMap(Form::id, Function.identity()));
    }

    /// A form and someone who came by it, or is to.
    public record Pair(FormId form, SubscriberId subscriber) {}

    /// As [#add] one after the other, in few statements. Forms and subscribers must exist.
    ///
    /// @param referrers of each
    public Map<Pair, Member> addAll(Tx tx, AccountId account, Map<Pair, Optional<String>> referrers) {
        var now = clock.instant();
        var forms =
                hold(tx, account, referrers.keySet().stream().map(Pair::form).collect(Collectors.toSet()));
        var memberIds = referrers.keySet().stream().map(_ -> ids.next()).toList();
        var added = store.insertMembers(tx, account, referrers, memberIds, now);
        var attributions = new LinkedHashMap<SubscriberId, Attribution>();
        for (var pair : added) {
            var form = Objects.requireNonNull(forms.get(pair.form()));
            attributions.putIfAbsent(
                    pair.subscriber(), attribution(form, referrers.getOrDefault(pair, Optional.empty())));
        }
        subscribers.attributeAll(tx, account, attributions);
        events.appendAll(
                tx,
                account,
                added.stream()
                        .map(pair -> new Event.FormJoined(pair.subscriber(), pair.form(), now))
                        .toList());
        return store.members(tx, account, referrers.keySet());
    }

    /// Somebody whom a program has created only to add them to a form came by that form.
    private void attribute(Tx tx, AccountId account, Form form, SubscriberId subscriber, Optional<String> referrer) {
        subscribers.attribute(tx, account, subscriber, attribution(form, referrer));
    }

    private static Attribution attribution(Form form, Optional<String> referrer) {
        return new Attribution(
                Optional.of(Attribution.FORM),
                OptionalLong.of(form.id().value()),
                Optional.of(form.name()),
                Optional.of(form.kind() == Form.Kind.HOSTED ? "landing_page" : "api"),
                OptionalLong.empty(),
                referrer);
    }
}
