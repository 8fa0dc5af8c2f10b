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
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.JsonColumn;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.Id;
import reynard.id.SubscriberId;

/// Every statement about subscribers.
final class SubscriberStore {
    private static final String FILTERED = """
            select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.fields, s.created_at, s.updated_at
              from subscriber s
             where s.account_id = :account
               and (:state::text is null or s.state = :state)
               and (:emails::text[] is null
                    or lower(s.email_address) = any(array(select lower(e) from unnest(:emails::text[]) e)))
               and (:createdAfter::timestamptz is null or s.created_at > :createdAfter)
               and (:createdBefore::timestamptz is null or s.created_at < :createdBefore)
               and (:updatedAfter::timestamptz is null or s.updated_at > :updatedAfter)
               and (:updatedBefore::timestamptz is null or s.updated_at < :updatedBefore)
            """;
    private static final Map<Listing.Order, Map<SubscriberFilter.Sort, Listing<Subscriber>>> LISTINGS =
            new EnumMap<>(Listing.Order.class);

    static {
        for (var order : Listing.Order.values()) {
            var byOrder = new EnumMap<SubscriberFilter.Sort, Listing<Subscriber>>(SubscriberFilter.Sort.class);
            for (var sort : SubscriberFilter.Sort.values()) {
                byOrder.put(sort, new Listing<>(FILTERED, order, keys(sort), (row, _) -> subscriber(row)));
            }
            LISTINGS.put(order, byOrder);
        }
    }

    private static List<Listing.Key> keys(SubscriberFilter.Sort sort) {
        var id = Listing.Key.number("s.id", "id");
        return switch (sort) {
            case ID -> List.of(id);
            case CREATED_AT -> List.of(Listing.Key.instant("s.created_at", "created_at"), id);
            case UPDATED_AT -> List.of(Listing.Key.instant("s.updated_at", "updated_at"), id);
            case CANCELLED_AT -> List.of(Listing.Key.instant("s.state_changed_at", "state_changed_at"), id);
        };
    }

    Page<Subscriber> list(
            Tx tx,
            AccountId account,
            SubscriberFilter filter,
            SubscriberFilter.Sort sort,
            Listing.Order order,
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
        return listing(order, sort).read(tx, parameters, page);
    }

    private static Listing<Subscriber> listing(Listing.Order order, SubscriberFilter.Sort sort) {
        var byOrder = LISTINGS.get(order);
        var listing = byOrder == null ? null : byOrder.get(sort);
        if (listing == null) {
            throw new IllegalStateException("no list by " + sort);
        }
        return listing;
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
                                created_at, updated_at)
                        values (:account, :id, :email, :firstName, :state, :now, :set::jsonb, :now, :now)
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

    Map<SubscriberId, List<TagLabel>> tags(Tx tx, AccountId account, Collection<SubscriberId> ids) {
        var tags = new HashMap<SubscriberId, List<TagLabel>>();
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
                        new TagLabel(row.getLong("id"), row.getString("name"))))
                .forEach(entry -> tags.computeIfAbsent(entry.getKey(), _ -> new java.util.ArrayList<>())
                        .add(entry.getValue()));
        return tags;
    }

    /// A tag as a list of subscribers shows it.
    record TagLabel(long id, String name) {}

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
