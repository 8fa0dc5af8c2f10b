package reynard.subscriber;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reynard.db.JsonColumn;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Rows;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.Id;
import reynard.id.SubscriberId;
import reynard.id.TagId;

/// Every statement about subscribers.
final class SubscriberStore {
    private static final String FILTERED = """
            (:state::text is null or s.state = :state)
               and (:emails::text[] is null
                    or lower(s.email_address) = any(array(select lower(e) from unnest(:emails::text[]) e)))
               and (:createdAfter::timestamptz is null or s.created_at > :createdAfter)
               and (:createdBefore::timestamptz is null or s.created_at < :createdBefore)
               and (:updatedAfter::timestamptz is null or s.updated_at > :updatedAfter)
               and (:updatedBefore::timestamptz is null or s.updated_at < :updatedBefore)
            """;
    private static final Map<Listing.Order, Map<SubscriberSort, Listing<Subscriber>>> LISTINGS =
            new EnumMap<>(Listing.Order.class);

    static {
        for (var order : Listing.Order.values()) {
            var byOrder = new EnumMap<SubscriberSort, Listing<Subscriber>>(SubscriberSort.class);
            for (var sort : SubscriberSort.values()) {
                byOrder.put(sort, listing(FILTERED, sort, order));
            }
            LISTINGS.put(order, byOrder);
        }
    }

    // Beside the lists whose filters are optional: a plan that knows the state reads an index alone.
    private static final Listing<Subscriber> IN_STATE =
            listing("s.state = :state", SubscriberSort.ID, Listing.Order.DESCENDING);

    /// What an order needs beside the row `s`, and its key.
    private record Ordering(String join, Listing.Key key) {}

    // Sent within the time, opened and clicked as of now; an email counts once.
    private static final String ENGAGEMENT = """
            cross join lateral (
                select count(*) as sent, count(d.opened_at) as opens, count(d.clicked_at) as clicks
                  from delivery d
                 where d.account_id = :account and d.subscriber_id = s.id and d.settled_at >= :engagedSince
                   and (d.state in ('sent', 'bounced') or d.departure = 'bounced') and d.kind <> 'notice') n
            """;
    // Along a great circle, in metres.
    private static final String DISTANCE = """
            round(2 * 6371008.8 * asin(least(1, sqrt(power(sin(radians(l.latitude - :latitude) / 2), 2)
            + cos(radians(:latitude)) * cos(radians(l.latitude))
            * power(sin(radians(l.longitude - :longitude) / 2), 2)))))::bigint""";

    private static Ordering ordering(SubscriberSort sort) {
        return switch (sort) {
            case ID -> new Ordering("", Listing.Key.number("s.id", "id"));
            // Cursors are short; who begins with the same 100 letters stands in the order of their ids.
            case FIRST_NAME ->
                new Ordering("", Listing.Key.text("left(lower(coalesce(s.first_name, '')), 100)", "sort_key"));
            case EMAIL_ADDRESS -> new Ordering("", Listing.Key.text("lower(s.email_address)", "sort_key"));
            case CREATED_AT -> new Ordering("", Listing.Key.instant("s.created_at", "sort_key"));
            case UPDATED_AT -> new Ordering("", Listing.Key.instant("s.updated_at", "sort_key"));
            case CANCELLED_AT -> new Ordering("", Listing.Key.instant("s.state_changed_at", "sort_key"));
            case ENGAGEMENT__SENT -> engagement("n.sent");
            case ENGAGEMENT__OPENS -> engagement("n.opens");
            case ENGAGEMENT__CLICKS -> engagement("n.clicks");
            case ENGAGEMENT__OPEN_RATE -> engagement("coalesce(1000000 * n.opens / nullif(n.sent, 0), 0)");
            case ENGAGEMENT__CLICK_RATE -> engagement("coalesce(1000000 * n.clicks / nullif(n.sent, 0), 0)");
            case LOCATION__DISTANCE ->
                new Ordering(
                        "join subscriber_location l on l.account_id = :account and l.subscriber_id = s.id",
                        Listing.Key.number(DISTANCE, "sort_key"));
        };
    }

    private static Ordering engagement(String expression) {
        return new Ordering(ENGAGEMENT, Listing.Key.number(expression, "sort_key"));
    }

    private static Listing<Subscriber> listing(String condition, SubscriberSort sort, Listing.Order order) {
        var ordering = ordering(sort);
        var id = Listing.Key.number("s.id", "id");
        return new Listing<>(
                """
                select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields, s.created_at,
                       s.updated_at, %s as sort_key
                  from subscriber s
                  %s
                 where s.account_id = :account and %s
                """.formatted(ordering.key().expression(), ordering.join(), condition),
                order,
                sort == SubscriberSort.ID ? List.of(id) : List.of(ordering.key(), id),
                (row, _) -> subscriber(row));
    }

    // In the order of bytes, so that an index finds those who begin with something.
    private static final Listing<Subscriber> BY_BEGINNING = new Listing<>(
            """
            select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields, s.created_at,
                   s.updated_at, lower(s.email_address) as sort_key
              from subscriber s
             where s.account_id = :account and lower(s.email_address) collate "C" >= :from
               and lower(s.email_address) collate "C" < :to
               and (:state::text is null or s.state = :state)
               and (:tag::bigint is null or exists (
                    select 1 from tagging g
                     where g.account_id = :account and g.tag_id = :tag and g.subscriber_id = s.id))
            """,
            Listing.Order.ASCENDING,
            List.of(
                    Listing.Key.text("lower(s.email_address) collate \"C\"", "sort_key"),
                    Listing.Key.number("s.id", "id")),
            (row, _) -> subscriber(row));

    /// By address.
    Page<Subscriber> beginningWith(Tx tx, AccountId account, Sought sought, PageRequest page) {
        return BY_BEGINNING.read(tx, sought.parameters(account), page);
    }

    /// A step of those who were there at a moment: by id, after another.
    List<Subscriber> walk(
            Tx tx, AccountId account, Sought sought, SubscriberId after, Instant createdUntil, int limit) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and s.id > :after and s.created_at <= :createdUntil
                           and lower(s.email_address) collate "C" >= :from
                           and lower(s.email_address) collate "C" < :to
                           and (:state::text is null or s.state = :state)
                           and (:tag::bigint is null or exists (
                                select 1 from tagging g
                                 where g.account_id = :account and g.tag_id = :tag and g.subscriber_id = s.id))
                         order by s.id
                         limit :limit
                        """)
                .bindMap(sought.parameters(account))
                .bind("after", after)
                .bind("createdUntil", createdUntil)
                .bind("limit", limit)
                .map((row, _) -> subscriber(row))
                .list();
    }

    /// How many there are, or one more than are counted at most.
    long count(Tx tx, AccountId account, Sought sought, long max) {
        if (!sought.beginning().isEmpty()) {
            return countBeginning(tx, account, sought, max);
        }
        return sought.tag().isPresent()
                ? countTagged(tx, account, sought.tag().get(), sought.state(), max)
                : countAll(tx, account, sought.state(), max);
    }

    private static long countAll(Tx tx, AccountId account, Optional<SubscriberState> state, long max) {
        return tx.query("""
                        select count(*)
                          from (select
                                  from subscriber s
                                 where s.account_id = :account and (:state::text is null or s.state = :state)
                                 limit :max + 1) s
                        """)
                .bind("account", account)
                .bind("state", state.map(SubscriberState::wireName).orElse(null))
                .bind("max", max)
                .mapTo(Long.class)
                .one();
    }

    private static long countTagged(Tx tx, AccountId account, TagId tag, Optional<SubscriberState> state, long max) {
        return tx.query("""
                        select count(*)
                          from (select
                                  from tagging g
                                  join subscriber s on s.account_id = :account and s.id = g.subscriber_id
                                 where g.account_id = :account and g.tag_id = :tag
                                   and (:state::text is null or s.state = :state)
                                 limit :max + 1) s
                        """)
                .bind("account", account)
                .bind("tag", tag)
                .bind("state", state.map(SubscriberState::wireName).orElse(null))
                .bind("max", max)
                .mapTo(Long.class)
                .one();
    }

    private static long countBeginning(Tx tx, AccountId account, Sought sought, long max) {
        return tx.query("""
                        select count(*)
                          from (select
                                  from subscriber s
                                 where s.account_id = :account
                                   and lower(s.email_address) collate "C" >= :from
                                   and lower(s.email_address) collate "C" < :to
                                   and (:state::text is null or s.state = :state)
                                   and (:tag::bigint is null or exists (
                                        select 1 from tagging g
                                         where g.account_id = :account and g.tag_id = :tag
                                           and g.subscriber_id = s.id))
                                 limit :max + 1) s
                        """)
                .bindMap(sought.parameters(account))
                .bind("max", max)
                .mapTo(Long.class)
                .one();
    }

    /// Reads no more rows than it has to.
    boolean hasMoreThan(Tx tx, AccountId account, int people) {
        return tx.query("""
                        select count(*) > :people
                          from (select from subscriber s where s.account_id = :account limit :people + 1) s
                        """)
                .bind("account", account)
                .bind("people", people)
                .mapTo(Boolean.class)
                .one();
    }

    Map<SubscriberState, Long> counts(Tx tx, AccountId account) {
        var counts = new EnumMap<SubscriberState, Long>(SubscriberState.class);
        tx.query("select s.state, count(*) as people from subscriber s where s.account_id = :account group by s.state")
                .bind("account", account)
                .map((row, _) ->
                        Map.entry(SubscriberState.named(row.getString("state")).orElseThrow(), row.getLong("people")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    Page<Subscriber> list(
            Tx tx,
            AccountId account,
            SubscriberFilter filter,
            SubscriberSort sort,
            Listing.Order order,
            Instant engagedSince,
            PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("state", filter.state().map(SubscriberState::wireName).orElse(null));
        parameters.put(
                "emails",
                filter.emailAddresses().isEmpty()
                        ? null
                        : filter.emailAddresses().toArray(String[]::new));
        parameters.put("createdAfter", filter.createdAfter().orElse(null));
        parameters.put("createdBefore", filter.createdBefore().orElse(null));
        parameters.put("updatedAfter", filter.updatedAfter().orElse(null));
        parameters.put("updatedBefore", filter.updatedBefore().orElse(null));
        if (sort.isEngagement()) {
            parameters.put("engagedSince", engagedSince);
        }
        return kept(order, sort).read(tx, parameters, page);
    }

    /// Newest first.
    Page<Subscriber> inState(Tx tx, AccountId account, SubscriberState state, PageRequest page) {
        return IN_STATE.read(tx, Map.of("account", account, "state", state.wireName()), page);
    }

    /// The condition has the parameters of the order, too.
    Page<Subscriber> search(
            Tx tx,
            AccountId account,
            SubscriberCondition condition,
            SubscriberSort sort,
            Listing.Order order,
            Instant engagedSince,
            PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>(condition.parameters());
        parameters.put("account", account);
        if (sort.isEngagement()) {
            parameters.put("engagedSince", engagedSince);
        }
        return listing(condition.sql(), sort, order).read(tx, parameters, page);
    }

    private static Listing<Subscriber> kept(Listing.Order order, SubscriberSort sort) {
        var byOrder = LISTINGS.get(order);
        var listing = byOrder == null ? null : byOrder.get(sort);
        if (listing == null) {
            throw new IllegalStateException("no list by " + sort);
        }
        return listing;
    }

    /// Those whom nothing is known of are missing.
    Map<SubscriberId, Attribution> attributions(Tx tx, AccountId account, Collection<SubscriberId> ids) {
        var found = new HashMap<SubscriberId, Attribution>();
        tx.query("""
                        select s.id, s.source_type, s.source_id, s.source_name, s.source_mechanism,
                               s.source_mechanism_id, s.referrer
                          from subscriber s
                         where s.account_id = :account and s.id = any(:ids) and s.source_type is not null
                        """)
                .bind("account", account)
                .bind("ids", ids.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> Map.entry(
                        new SubscriberId(row.getLong("id")),
                        new Attribution(
                                optionalText(row, "source_type"),
                                optionalLong(row, "source_id"),
                                optionalText(row, "source_name"),
                                optionalText(row, "source_mechanism"),
                                optionalLong(row, "source_mechanism_id"),
                                optionalText(row, "referrer"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    private static OptionalLong optionalLong(ResultSet row, String column) throws SQLException {
        var value = Rows.nullableLong(row, column);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /// Only where nothing is known, or no more than that a program has created the subscriber.
    void attribute(Tx tx, AccountId account, SubscriberId id, Attribution attribution) {
        tx.update("""
                        update subscriber
                           set source_type = :type, source_id = :sourceId, source_name = :name,
                               source_mechanism = :mechanism, source_mechanism_id = :mechanismId,
                               referrer = :referrer
                         where account_id = :account and id = :id
                           and (source_type is null or source_type = 'api_subscription')
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("type", attribution.sourceType().orElse(null))
                .bind("sourceId", nullable(attribution.sourceId()))
                .bind("name", attribution.sourceName().orElse(null))
                .bind("mechanism", attribution.mechanism().orElse(null))
                .bind("mechanismId", nullable(attribution.mechanismId()))
                .bind("referrer", attribution.referrer().orElse(null))
                .execute();
    }

    private static @Nullable Long nullable(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    /// A subscriber as written by an upsert, and whether the row is new.
    record Upserted(Subscriber subscriber, boolean created) {}

    /// @param firstName null leaves an existing one as it is
    Upserted upsert(
            Tx tx,
            AccountId account,
            SubscriberId id,
            String email,
            @Nullable String firstName,
            SubscriberState state,
            FieldValues fields,
            Instant now) {
        return tx.query("""
                        insert into subscriber as s
                               (account_id, id, email_address, first_name, state, state_changed_at, fields,
                                source_type, source_mechanism, created_at, updated_at)
                        values (:account, :id, :email, :firstName, :state, :now, :set::jsonb,
                                'api_subscription', 'api', :now, :now)
                        on conflict (account_id, lower(email_address)) do update
                           set first_name = coalesce(excluded.first_name, s.first_name),
                               fields = (s.fields || excluded.fields) - :cleared::text[],
                               updated_at = excluded.updated_at
                        returning id, email_address, first_name, state, state_changed_at, fields,
                                  created_at, updated_at, (xmax = 0) as created
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("email", email)
                .bind("firstName", firstName)
                .bind("state", state.wireName())
                .bind("now", now)
                .bind("set", fields.set())
                .bind("cleared", fields.cleared())
                .map((row, _) -> new Upserted(subscriber(row), row.getBoolean("created")))
                .one();
    }

    /// One row of an upsert of many.
    ///
    /// @param firstName null leaves an existing one as it is
    record Row(SubscriberId id, String email, @Nullable String firstName, SubscriberState state) {}

    /// The same for many, none of whom has the address of another.
    ///
    /// @return by their addresses in small letters
    Map<String, Upserted> upsertAll(Tx tx, AccountId account, List<Row> rows, Instant now) {
        var upserted = new HashMap<String, Upserted>();
        tx.query("""
                        insert into subscriber as s
                               (account_id, id, email_address, first_name, state, state_changed_at, fields,
                                source_type, source_mechanism, created_at, updated_at)
                        select :account, n.id, n.email, n.first_name, n.state, :now, '{}',
                               'api_subscription', 'api', :now, :now
                          from unnest(:ids::bigint[], :emails::text[], :firstNames::text[], :states::text[])
                               as n (id, email, first_name, state)
                        on conflict (account_id, lower(email_address)) do update
                           set first_name = coalesce(excluded.first_name, s.first_name),
                               updated_at = excluded.updated_at
                        returning id, email_address, first_name, state, state_changed_at, fields,
                                  created_at, updated_at, (xmax = 0) as created
                        """)
                .bind("account", account)
                .bind("ids", rows.stream().map(row -> row.id().value()).toArray(Long[]::new))
                .bind("emails", rows.stream().map(Row::email).toArray(String[]::new))
                .bind("firstNames", rows.stream().map(Row::firstName).toArray(String[]::new))
                .bind("states", rows.stream().map(row -> row.state().wireName()).toArray(String[]::new))
                .bind("now", now)
                .map((row, _) -> new Upserted(subscriber(row), row.getBoolean("created")))
                .forEach(one -> upserted.put(one.subscriber().emailAddress().toLowerCase(Locale.ROOT), one));
        return upserted;
    }

    /// Those of them who are there; nobody changes or deletes them before this transaction ends.
    List<Subscriber> hold(Tx tx, AccountId account, Collection<SubscriberId> ids) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and s.id = any(:ids)
                         order by s.id
                           for share
                        """)
                .bind("account", account)
                .bind("ids", ids.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> subscriber(row))
                .list();
    }

    /// Those of them who are there; nobody else changes them before this transaction ends.
    List<Subscriber> findAllForUpdate(Tx tx, AccountId account, Collection<SubscriberId> ids) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and s.id = any(:ids)
                         order by s.id
                           for no key update
                        """)
                .bind("account", account)
                .bind("ids", ids.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> subscriber(row))
                .list();
    }

    /// Sets these values beside those that each has.
    void setFields(Tx tx, AccountId account, Map<SubscriberId, FieldValues> values, Instant now) {
        tx.update("""
                        update subscriber s
                           set fields = s.fields || n.fields::jsonb, updated_at = :now
                          from unnest(:ids::bigint[], :fields::text[]) as n (id, fields)
                         where s.account_id = :account and s.id = n.id
                        """)
                .bind("account", account)
                .bind("ids", values.keySet().stream().map(Id::value).toArray(Long[]::new))
                .bind("fields", values.values().stream().map(FieldValues::set).toArray(String[]::new))
                .bind("now", now)
                .execute();
    }

    /// As [#attribute], for many.
    void attributeAll(Tx tx, AccountId account, Map<SubscriberId, Attribution> attributions) {
        var all = List.copyOf(attributions.values());
        tx.update("""
                        update subscriber s
                           set source_type = n.type, source_id = n.source_id, source_name = n.name,
                               source_mechanism = n.mechanism, source_mechanism_id = n.mechanism_id,
                               referrer = n.referrer
                          from unnest(:ids::bigint[], :types::text[], :sourceIds::bigint[], :names::text[],
                                      :mechanisms::text[], :mechanismIds::bigint[], :referrers::text[])
                               as n (id, type, source_id, name, mechanism, mechanism_id, referrer)
                         where s.account_id = :account and s.id = n.id
                           and (s.source_type is null or s.source_type = 'api_subscription')
                        """)
                .bind("account", account)
                .bind("ids", attributions.keySet().stream().map(Id::value).toArray(Long[]::new))
                .bind("types", texts(all, Attribution::sourceType))
                .bind(
                        "sourceIds",
                        all.stream().map(one -> nullable(one.sourceId())).toArray(Long[]::new))
                .bind("names", texts(all, Attribution::sourceName))
                .bind("mechanisms", texts(all, Attribution::mechanism))
                .bind(
                        "mechanismIds",
                        all.stream().map(one -> nullable(one.mechanismId())).toArray(Long[]::new))
                .bind("referrers", texts(all, Attribution::referrer))
                .execute();
    }

    private static @Nullable String[] texts(
            List<Attribution> attributions, Function<Attribution, Optional<String>> component) {
        return attributions.stream()
                .map(attribution -> component.apply(attribution).orElse(null))
                .toArray(String[]::new);
    }

    /// The values of one write: those set as a JSON object by field id, and the ids of those cleared.
    record FieldValues(String set, String[] cleared) {
        static FieldValues of(Map<CustomFieldId, Optional<String>> values) {
            var set = new LinkedHashMap<String, String>();
            values.forEach((id, value) -> value.ifPresent(text -> set.put(Long.toString(id.value()), text)));
            var cleared = values.entrySet().stream()
                    .filter(entry -> entry.getValue().isEmpty())
                    .map(entry -> Long.toString(entry.getKey().value()))
                    .toArray(String[]::new);
            return new FieldValues(JsonColumn.write(set), cleared);
        }
    }

    Optional<Subscriber> find(Tx tx, AccountId account, SubscriberId id) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and s.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> subscriber(row))
                .findOne();
    }

    Optional<Subscriber> findByEmail(Tx tx, AccountId account, String email) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and lower(s.email_address) = lower(:email)
                        """)
                .bind("account", account)
                .bind("email", email)
                .map((row, _) -> subscriber(row))
                .findOne();
    }

    /// By the addresses as they are given; of those whom there is nobody are missing.
    Map<String, Subscriber> findByEmails(Tx tx, AccountId account, Collection<String> emails) {
        var found = new HashMap<String, Subscriber>();
        tx.query("""
                        select n.email as given, s.id, s.email_address, s.first_name, s.state, s.state_changed_at,
                               s.fields, s.created_at, s.updated_at
                          from unnest(:emails::text[]) as n (email)
                          join subscriber s on s.account_id = :account and lower(s.email_address) = lower(n.email)
                        """)
                .bind("account", account)
                .bind("emails", emails.toArray(String[]::new))
                .map((row, _) -> Map.entry(row.getString("given"), subscriber(row)))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /// Nobody else changes the subscriber before this transaction ends.
    Optional<Subscriber> findForUpdate(Tx tx, AccountId account, SubscriberId id) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and s.id = :id
                           for update
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> subscriber(row))
                .findOne();
    }

    /// Nobody else changes the subscriber before this transaction ends.
    Optional<Subscriber> findByEmailForUpdate(Tx tx, AccountId account, String email) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and lower(s.email_address) = lower(:email)
                           for update
                        """)
                .bind("account", account)
                .bind("email", email)
                .map((row, _) -> subscriber(row))
                .findOne();
    }

    List<Subscriber> findAll(Tx tx, AccountId account, Collection<SubscriberId> ids) {
        return tx.query("""
                        select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields,
                               s.created_at, s.updated_at
                          from subscriber s
                         where s.account_id = :account and s.id = any(:ids)
                        """)
                .bind("account", account)
                .bind("ids", ids.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> subscriber(row))
                .list();
    }

    Map<SubscriberId, List<Subscribers.TagLabel>> tags(Tx tx, AccountId account, Collection<SubscriberId> ids) {
        var tags = new HashMap<SubscriberId, List<Subscribers.TagLabel>>();
        tx.query("""
                        select g.subscriber_id, t.id, t.name
                          from tagging g
                          join tag t on t.account_id = :account and t.id = g.tag_id
                         where g.account_id = :account and g.subscriber_id = any(:ids)
                         order by t.id
                        """)
                .bind("account", account)
                .bind("ids", ids.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> Map.entry(
                        new SubscriberId(row.getLong("subscriber_id")),
                        new Subscribers.TagLabel(row.getLong("id"), row.getString("name"))))
                .forEach(entry -> tags.computeIfAbsent(entry.getKey(), _ -> new java.util.ArrayList<>())
                        .add(entry.getValue()));
        return tags;
    }

    /// @return empty when there is no such subscriber
    /// @throws RuntimeException for which [Database#isTaken] says yes, when the address is another's
    Optional<Subscriber> update(
            Tx tx,
            AccountId account,
            SubscriberId id,
            @Nullable String email,
            boolean keepFirstName,
            @Nullable String firstName,
            FieldValues fields,
            Instant now) {
        return tx.query("""
                        update subscriber s
                           set email_address = coalesce(:email::text, s.email_address),
                               first_name = case when :keepFirstName then s.first_name else :firstName end,
                               fields = (s.fields || :set::jsonb) - :cleared::text[],
                               updated_at = :now
                         where s.account_id = :account and s.id = :id
                        returning id, email_address, first_name, state, state_changed_at, fields, created_at, updated_at
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("email", email)
                .bind("keepFirstName", keepFirstName)
                .bind("firstName", firstName)
                .bind("set", fields.set())
                .bind("cleared", fields.cleared())
                .bind("now", now)
                .map((row, _) -> subscriber(row))
                .findOne();
    }

    /// @return whether the state was one of `from` and has changed
    boolean changeState(
            Tx tx,
            AccountId account,
            SubscriberId id,
            Collection<SubscriberState> from,
            SubscriberState to,
            Instant now) {
        return tx.update("""
                        update subscriber
                           set state = :to, state_changed_at = :now, updated_at = :now
                         where account_id = :account and id = :id and state = any(:from)
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind(
                                "from",
                                from.stream().map(SubscriberState::wireName).toArray(String[]::new))
                        .bind("to", to.wireName())
                        .bind("now", now)
                        .execute()
                == 1;
    }

    private static Subscriber subscriber(ResultSet row) throws SQLException {
        var fields = new HashMap<CustomFieldId, String>();
        JsonColumn.read(row.getString("fields"))
                .forEach((id, value) -> fields.put(new CustomFieldId(Long.parseLong(id)), value.toString()));
        return new Subscriber(
                new SubscriberId(row.getLong("id")),
                row.getString("email_address"),
                optionalText(row, "first_name"),
                SubscriberState.named(row.getString("state")).orElseThrow(),
                instant(row, "state_changed_at"),
                fields,
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }
}
