package reynard.form;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.FormId;
import reynard.id.SubscriberId;
import reynard.subscriber.MemberFilter;

/// Every statement of the room.
final class FormStore {
    private static final Listing<Form> NEWEST = new Listing<>(
            """
            select f.id, f.name, f.kind, f.status, f.uid, f.created_at
              from form f
             where f.account_id = :account
               and (:kind::text is null or f.kind = :kind)
               and (:status::text is null or f.status = :status)
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("f.id", "id")), (row, _) -> form(row));
    private static final Listing<Forms.Member> MEMBERS = new Listing<>(
            """
            select m.id, m.subscriber_id, m.referrer, m.added_at
              from form_member m
              join subscriber s on s.account_id = :account and s.id = m.subscriber_id
             where m.account_id = :account and m.form_id = :form
               and (:state::text is null or s.state = :state)
               and (:addedAfter::timestamptz is null or m.added_at > :addedAfter)
               and (:addedBefore::timestamptz is null or m.added_at < :addedBefore)
               and (:createdAfter::timestamptz is null or s.created_at > :createdAfter)
               and (:createdBefore::timestamptz is null or s.created_at < :createdBefore)
            """,
            Listing.Order.DESCENDING,
            List.of(Listing.Key.instant("m.added_at", "added_at"), Listing.Key.number("m.id", "id")),
            (row, _) -> member(row));

    Page<Form> list(Tx tx, AccountId account, FormFilter filter, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("kind", filter.kind().map(Form.Kind::wireName).orElse(null));
        parameters.put("status", filter.status().map(Form.Status::wireName).orElse(null));
        return NEWEST.read(tx, parameters, page);
    }

    Page<Forms.Member> members(Tx tx, AccountId account, FormId form, MemberFilter filter, PageRequest page) {
        var parameters = filter.parameters(account);
        parameters.put("form", form);
        return MEMBERS.read(tx, parameters, page);
    }

    void insert(Tx tx, AccountId account, Form form) {
        tx.update("""
                        insert into form (account_id, id, name, kind, status, uid, created_at)
                        values (:account, :id, :name, :kind, :status, :uid, :now)
                        """)
                .bind("account", account)
                .bind("id", form.id())
                .bind("name", form.name())
                .bind("kind", form.kind().wireName())
                .bind("status", form.status().wireName())
                .bind("uid", form.uid())
                .bind("now", form.createdAt())
                .execute();
    }

    Optional<Form> find(Tx tx, AccountId account, FormId id) {
        return tx.query("""
                        select f.id, f.name, f.kind, f.status, f.uid, f.created_at
                          from form f
                         where f.account_id = :account and f.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> form(row))
                .findOne();
    }

    Optional<Form> findByUid(Tx tx, AccountId account, String uid) {
        return tx.query("""
                        select f.id, f.name, f.kind, f.status, f.uid, f.created_at
                          from form f
                         where f.account_id = :account and f.uid = :uid
                        """)
                .bind("account", account)
                .bind("uid", uid)
                .map((row, _) -> form(row))
                .findOne();
    }

    /// @param name null leaves it
    /// @param status null leaves it
    /// @return empty when there is no such form
    Optional<Form> update(Tx tx, AccountId account, FormId id, @Nullable String name, @Nullable String status) {
        return tx.query("""
                        update form f
                           set name = coalesce(:name::text, f.name), status = coalesce(:status::text, f.status)
                         where f.account_id = :account and f.id = :id
                        returning id, name, kind, status, uid, created_at
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("name", name)
                .bind("status", status)
                .map((row, _) -> form(row))
                .findOne();
    }

    /// How many active subscribers came by each form; one that nobody came by is not in the answer.
    Map<FormId, Long> subscriberCounts(Tx tx, AccountId account, Collection<FormId> forms) {
        var counts = new HashMap<FormId, Long>();
        tx.query("""
                        select m.form_id, count(*) as count
                          from form_member m
                          join subscriber s on s.account_id = :account and s.id = m.subscriber_id
                         where m.account_id = :account and m.form_id = any(:forms) and s.state = 'active'
                         group by m.form_id
                        """)
                .bind("account", account)
                .bind("forms", forms.stream().map(FormId::value).toArray(Long[]::new))
                .map((row, _) -> Map.entry(new FormId(row.getLong("form_id")), row.getLong("count")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /// @return false when the subscriber is a member already
    boolean insertMember(Tx tx, AccountId account, FormId form, Forms.Member member, long id) {
        @Nullable String referrer = member.referrer().orElse(null);
        return tx.update("""
                        insert into form_member (account_id, form_id, subscriber_id, id, referrer, added_at)
                        values (:account, :form, :subscriber, :id, :referrer, :addedAt)
                        on conflict do nothing
                        """)
                        .bind("account", account)
                        .bind("form", form)
                        .bind("subscriber", member.subscriber())
                        .bind("id", id)
                        .bind("referrer", referrer)
                        .bind("addedAt", member.addedAt())
                        .execute()
                == 1;
    }

    Forms.Member member(Tx tx, AccountId account, FormId form, SubscriberId subscriber) {
        return tx.query("""
                        select m.subscriber_id, m.referrer, m.added_at
                          from form_member m
                         where m.account_id = :account and m.form_id = :form and m.subscriber_id = :subscriber
                        """)
                .bind("account", account)
                .bind("form", form)
                .bind("subscriber", subscriber)
                .map((row, _) -> member(row))
                .one();
    }

    List<Form> hold(Tx tx, AccountId account, Collection<FormId> forms) {
        return tx.query("""
                        select f.id, f.name, f.kind, f.status, f.uid, f.created_at
                          from form f
                         where f.account_id = :account and f.id = any(:forms)
                         order by f.id
                           for key share
                        """)
                .bind("account", account)
                .bind("forms", forms.stream().map(FormId::value).toArray(Long[]::new))
                .map((row, _) -> form(row))
                .list();
    }

    /// @param ids one for each
    /// @return those that were not members
    List<Forms.Pair> insertMembers(
            Tx tx, AccountId account, Map<Forms.Pair, Optional<String>> referrers, List<Long> ids, Instant now) {
        return tx.query("""
                        insert into form_member (account_id, form_id, subscriber_id, id, referrer, added_at)
                        select :account, n.form_id, n.subscriber_id, n.id, n.referrer, :now
                          from unnest(:forms::bigint[], :subscribers::bigint[], :ids::bigint[], :referrers::text[])
                               as n (form_id, subscriber_id, id, referrer)
                         order by n.form_id, n.subscriber_id
                        on conflict do nothing
                        returning form_id, subscriber_id
                        """)
                .bind("account", account)
                .bind("forms", forms(referrers.keySet()))
                .bind("subscribers", subscribers(referrers.keySet()))
                .bind("ids", ids.toArray(Long[]::new))
                .bind(
                        "referrers",
                        referrers.values().stream()
                                .map(referrer -> referrer.orElse(null))
                                .toArray(String[]::new))
                .bind("now", now)
                .map((row, _) -> pair(row))
                .list();
    }

    Map<Forms.Pair, Forms.Member> members(Tx tx, AccountId account, Collection<Forms.Pair> pairs) {
        var members = new HashMap<Forms.Pair, Forms.Member>();
        tx.query("""
                        select m.form_id, m.subscriber_id, m.referrer, m.added_at
                          from unnest(:forms::bigint[], :subscribers::bigint[]) as n (form_id, subscriber_id)
                          join form_member m
                            on m.account_id = :account and m.form_id = n.form_id
                           and m.subscriber_id = n.subscriber_id
                        """)
                .bind("account", account)
                .bind("forms", forms(pairs))
                .bind("subscribers", subscribers(pairs))
                .map((row, _) -> Map.entry(pair(row), member(row)))
                .forEach(entry -> members.put(entry.getKey(), entry.getValue()));
        return members;
    }

    private static Long[] forms(Collection<Forms.Pair> pairs) {
        return pairs.stream().map(pair -> pair.form().value()).toArray(Long[]::new);
    }

    private static Long[] subscribers(Collection<Forms.Pair> pairs) {
        return pairs.stream().map(pair -> pair.subscriber().value()).toArray(Long[]::new);
    }

    private static Forms.Pair pair(ResultSet row) throws SQLException {
        return new Forms.Pair(new FormId(row.getLong("form_id")), new SubscriberId(row.getLong("subscriber_id")));
    }

    private static Form form(ResultSet row) throws SQLException {
        return new Form(
                new FormId(row.getLong("id")),
                row.getString("name"),
                Form.Kind.named(row.getString("kind")).orElseThrow(),
                Form.Status.named(row.getString("status")).orElseThrow(),
                row.getString("uid"),
                instant(row, "created_at"));
    }

    private static Forms.Member member(ResultSet row) throws SQLException {
        return new Forms.Member(
                new SubscriberId(row.getLong("subscriber_id")),
                optionalText(row, "referrer"),
                instant(row, "added_at"));
    }
}
