package reynard.segment;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.Id;
import reynard.id.SegmentId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.id.TagId;

/// Every statement of the room; the conditions of a filter come from [SegmentSql].
final class SegmentStore {
    private static final Listing<Segment> NEWEST = new Listing<>(
            """
            select g.id, g.name, g.filter, g.created_at, g.updated_at
              from segment g
             where g.account_id = :account
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("g.id", "id")), (row, _) -> segment(row));

    Page<Segment> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    void insert(Tx tx, AccountId account, Segment segment) {
        tx.update("""
                        insert into segment (account_id, id, name, filter, created_at, updated_at)
                        values (:account, :id, :name, :filter::jsonb, :createdAt, :updatedAt)
                        """)
                .bind("account", account)
                .bind("id", segment.id())
                .bind("name", segment.name())
                .bind("filter", FilterJson.stored(segment.filter()))
                .bind("createdAt", segment.createdAt())
                .bind("updatedAt", segment.updatedAt())
                .execute();
    }

    Optional<Segment> find(Tx tx, AccountId account, SegmentId id) {
        return tx.query("""
                        select g.id, g.name, g.filter, g.created_at, g.updated_at
                          from segment g
                         where g.account_id = :account and g.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> segment(row))
                .findOne();
    }

    Optional<Segment> findForUpdate(Tx tx, AccountId account, SegmentId id) {
        return tx.query("""
                        select g.id, g.name, g.filter, g.created_at, g.updated_at
                          from segment g
                         where g.account_id = :account and g.id = :id
                           for no key update
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> segment(row))
                .findOne();
    }

    void update(Tx tx, AccountId account, Segment segment) {
        tx.update("""
                        update segment
                           set name = :name, filter = :filter::jsonb, updated_at = :updatedAt
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", segment.id())
                .bind("name", segment.name())
                .bind("filter", FilterJson.stored(segment.filter()))
                .bind("updatedAt", segment.updatedAt())
                .execute();
    }

    /// @return whether there was such a segment
    boolean delete(Tx tx, AccountId account, SegmentId id) {
        return tx.update("delete from segment where account_id = :account and id = :id")
                        .bind("account", account)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /// The sequences that exclude those who match the segment.
    List<SequenceId> excludedBy(Tx tx, AccountId account, SegmentId id) {
        return tx.query("""
                        select x.sequence_id
                          from sequence_exclusion x
                          join sequence q on q.account_id = :account and q.id = x.sequence_id
                         where x.account_id = :account and x.source_type = 'segment' and x.source_id = :id
                           and q.deleted_at is null
                         order by x.sequence_id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> new SequenceId(row.getLong("sequence_id")))
                .list();
    }

    /// The broadcasts that are still to be sent, in whole or in part, and whose audience the segment is part of.
    List<BroadcastId> audienceOf(Tx tx, AccountId account, SegmentId id) {
        return tx.query("""
                        select x.broadcast_id
                          from broadcast_source x
                          join broadcast b on b.account_id = :account and b.id = x.broadcast_id
                         where x.account_id = :account and x.source_type = 'segment' and x.source_id = :id
                           and b.ended_at is null
                         order by x.broadcast_id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> new BroadcastId(row.getLong("broadcast_id")))
                .list();
    }

    /// Which of these the account has.
    Set<Id> existing(Tx tx, AccountId account, Collection<Id> ids) {
        var existing = new HashSet<Id>();
        tx.query("""
                        select 'tag' as type, t.id from tag t where t.account_id = :account and t.id = any(:tags)
                        union all
                        select 'form', f.id from form f where f.account_id = :account and f.id = any(:forms)
                        union all
                        select 'sequence', q.id from sequence q
                         where q.account_id = :account and q.id = any(:sequences) and q.deleted_at is null
                        union all
                        select 'custom_field', c.id from custom_field c
                         where c.account_id = :account and c.id = any(:fields)
                        """)
                .bind("account", account)
                .bind("tags", longs(ids, TagId.class))
                .bind("forms", longs(ids, FormId.class))
                .bind("sequences", longs(ids, SequenceId.class))
                .bind("fields", longs(ids, CustomFieldId.class))
                .map((row, _) -> id(row.getString("type"), row.getLong("id")))
                .forEach(existing::add);
        return existing;
    }

    private static Long[] longs(Collection<Id> ids, Class<? extends Id> type) {
        return ids.stream().filter(type::isInstance).map(Id::value).toArray(Long[]::new);
    }

    private static Id id(String type, long value) {
        return switch (type) {
            case "tag" -> new TagId(value);
            case "form" -> new FormId(value);
            case "sequence" -> new SequenceId(value);
            case "custom_field" -> new CustomFieldId(value);
            default -> throw new IllegalStateException("no such type: " + type);
        };
    }

    /// Who matches, the newest first.
    Page<SubscriberId> matching(Tx tx, AccountId account, Filter filter, PageRequest page) {
        var sql = SegmentSql.of(filter);
        var parameters = new HashMap<String, Object>(sql.parameters());
        parameters.put("account", account);
        return new Listing<>(
                        "select s.id from subscriber s where s.account_id = :account and " + sql.condition(),
                        Listing.Order.DESCENDING,
                        List.of(Listing.Key.number("s.id", "id")),
                        (row, _) -> new SubscriberId(row.getLong("id")))
                .read(tx, parameters, page);
    }

    Set<SubscriberId> matching(Tx tx, AccountId account, Filter filter, Collection<SubscriberId> among) {
        var sql = SegmentSql.of(filter);
        var matching = new HashSet<SubscriberId>();
        tx.query("select s.id from subscriber s where s.account_id = :account and s.id = any(:among) and "
                        + sql.condition())
                .bindMap(sql.parameters())
                .bind("account", account)
                .bind("among", among.stream().map(SubscriberId::value).toArray(Long[]::new))
                .map((row, _) -> new SubscriberId(row.getLong("id")))
                .forEach(matching::add);
        return matching;
    }

    /// Who matches and may be mailed, was there at a moment and comes after another, by id.
    List<SubscriberId> walk(
            Tx tx, AccountId account, Filter filter, SubscriberId after, Instant createdUntil, int limit) {
        var sql = SegmentSql.of(filter);
        return tx.query("""
                        select s.id
                          from subscriber s
                         where s.account_id = :account and s.state = 'active' and s.id > :after
                           and s.created_at <= :createdUntil
                           and not exists (select from suppression x
                                            where x.account_id = :account and x.address = lower(s.email_address))
                           and\s""" + sql.condition() + " order by s.id limit :limit")
                .bindMap(sql.parameters())
                .bind("account", account)
                .bind("after", after)
                .bind("createdUntil", createdUntil)
                .bind("limit", limit)
                .map((row, _) -> new SubscriberId(row.getLong("id")))
                .list();
    }

    long count(Tx tx, AccountId account, Filter filter) {
        var sql = SegmentSql.of(filter);
        return tx.query("select count(*) from subscriber s where s.account_id = :account and " + sql.condition())
                .bindMap(sql.parameters())
                .bind("account", account)
                .mapTo(Long.class)
                .one();
    }

    private static Segment segment(ResultSet row) throws SQLException {
        return new Segment(
                new SegmentId(row.getLong("id")),
                row.getString("name"),
                FilterJson.read(row.getString("filter")),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }
}
