package reynard.tag;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.Id;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.subscriber.MemberFilter;

/// Every statement of the room.
final class TagStore {
    private static final Listing<Tag> NEWEST = new Listing<>(
            "select t.id, t.name, t.created_at from tag t where t.account_id = :account",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("t.id", "id")),
            (row, _) -> tag(row));

    private static final Listing<Tags.Member> MEMBERS = new Listing<>(
            """
            select g.id, g.subscriber_id, g.tagged_at
              from tagging g
              join subscriber s on s.account_id = :account and s.id = g.subscriber_id
             where g.account_id = :account and g.tag_id = :tag
               and (:state::text is null or s.state = :state)
               and (:addedAfter::timestamptz is null or g.tagged_at > :addedAfter)
               and (:addedBefore::timestamptz is null or g.tagged_at < :addedBefore)
               and (:createdAfter::timestamptz is null or s.created_at > :createdAfter)
               and (:createdBefore::timestamptz is null or s.created_at < :createdBefore)
            """,
            Listing.Order.DESCENDING,
            List.of(Listing.Key.instant("g.tagged_at", "tagged_at"), Listing.Key.number("g.id", "id")),
            (row, _) -> new Tags.Member(new SubscriberId(row.getLong("subscriber_id")), instant(row, "tagged_at")));
    private static final Listing<Tags.Worn> WORN = new Listing<>(
            """
            select g.id as tagging_id, g.tagged_at, t.id, t.name, t.created_at
              from tagging g
              join tag t on t.account_id = :account and t.id = g.tag_id
             where g.account_id = :account and g.subscriber_id = :subscriber
            """,
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("g.id", "tagging_id")),
            (row, _) -> new Tags.Worn(tag(row), instant(row, "tagged_at")));

    Page<Tag> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    Page<Tags.Member> members(Tx tx, AccountId account, TagId tag, MemberFilter filter, PageRequest page) {
        var parameters = filter.parameters(account);
        parameters.put("tag", tag);
        return MEMBERS.read(tx, parameters, page);
    }

    Page<Tags.Worn> worn(Tx tx, AccountId account, SubscriberId subscriber, PageRequest page) {
        return WORN.read(tx, Map.of("account", account, "subscriber", subscriber), page);
    }

    /// @return false when the name is taken
    boolean insert(Tx tx, AccountId account, Tag tag) {
        return tx.update("""
                        insert into tag (account_id, id, name, created_at, updated_at)
                        values (:account, :id, :name, :now, :now)
                        on conflict do nothing
                        """)
                        .bind("account", account)
                        .bind("id", tag.id())
                        .bind("name", tag.name())
                        .bind("now", tag.createdAt())
                        .execute()
                == 1;
    }

    /// Those whose names are not taken.
    ///
    /// @return the ids of those written
    List<TagId> insertAll(Tx tx, AccountId account, List<Tag> tags, Instant now) {
        return tx.query("""
                        insert into tag (account_id, id, name, created_at, updated_at)
                        select :account, n.id, n.name, :now, :now
                          from unnest(:ids::bigint[], :names::text[]) as n (id, name)
                         order by n.id
                        on conflict do nothing
                        returning id
                        """)
                .bind("account", account)
                .bind("ids", values(tags, Tag::id))
                .bind("names", tags.stream().map(Tag::name).toArray(String[]::new))
                .bind("now", now)
                .map((row, _) -> new TagId(row.getLong("id")))
                .list();
    }

    /// In the order of the names, each of which is there.
    List<Tag> findByNames(Tx tx, AccountId account, List<String> names) {
        return tx.query("""
                        select t.id, t.name, t.created_at
                          from unnest(:names::text[]) with ordinality as n (name, place)
                          join tag t on t.account_id = :account and lower(t.name) = lower(n.name)
                         order by n.place
                        """)
                .bind("account", account)
                .bind("names", names.toArray(String[]::new))
                .map((row, _) -> tag(row))
                .list();
    }

    /// @return those that were there
    List<Tag> deleteAll(Tx tx, AccountId account, Collection<TagId> tags) {
        return tx.query("""
                        delete from tag t
                         where t.account_id = :account and t.id = any(:tags)
                        returning t.id, t.name, t.created_at
                        """)
                .bind("account", account)
                .bind("tags", values(tags, Function.identity()))
                .map((row, _) -> tag(row))
                .list();
    }

    Set<TagId> hold(Tx tx, AccountId account, Collection<TagId> tags) {
        return tx.query("""
                        select t.id
                          from tag t
                         where t.account_id = :account and t.id = any(:tags)
                         order by t.id
                           for key share
                        """)
                .bind("account", account)
                .bind("tags", values(tags, Function.identity()))
                .map((row, _) -> new TagId(row.getLong("id")))
                .collect(Collectors.toSet());
    }

    private static <T> Long[] values(Collection<T> things, Function<T, ? extends Id> id) {
        return things.stream().map(thing -> id.apply(thing).value()).toArray(Long[]::new);
    }

    Optional<Tag> find(Tx tx, AccountId account, TagId id) {
        return tx.query("select t.id, t.name, t.created_at from tag t where t.account_id = :account and t.id = :id")
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> tag(row))
                .findOne();
    }

    Optional<Tag> findByName(Tx tx, AccountId account, String name) {
        return tx.query("""
                        select t.id, t.name, t.created_at
                          from tag t
                         where t.account_id = :account and lower(t.name) = lower(:name)
                        """)
                .bind("account", account)
                .bind("name", name)
                .map((row, _) -> tag(row))
                .findOne();
    }

    /// @return empty when there is no such tag
    Optional<Tag> rename(Tx tx, AccountId account, TagId id, String name, Instant now) {
        return tx.query("""
                        update tag
                           set name = :name, updated_at = :now
                         where account_id = :account and id = :id
                        returning id, name, created_at
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("name", name)
                .bind("now", now)
                .map((row, _) -> tag(row))
                .findOne();
    }

    /// How many active subscribers wear each tag; a tag that nobody wears is not in the answer.
    Map<TagId, Long> subscriberCounts(Tx tx, AccountId account, Collection<TagId> tags) {
        var counts = new HashMap<TagId, Long>();
        tx.query("""
                        select g.tag_id, count(*) as count
                          from tagging g
                          join subscriber s on s.account_id = :account and s.id = g.subscriber_id
                         where g.account_id = :account and g.tag_id = any(:tags) and s.state = 'active'
                         group by g.tag_id
                        """)
                .bind("account", account)
                .bind("tags", tags.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> Map.entry(new TagId(row.getLong("tag_id")), row.getLong("count")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /// @return false when the subscriber wears the tag already
    boolean insertTagging(Tx tx, AccountId account, TagId tag, SubscriberId subscriber, long id, Instant now) {
        return tx.update("""
                        insert into tagging (account_id, tag_id, subscriber_id, id, tagged_at)
                        values (:account, :tag, :subscriber, :id, :now)
                        on conflict do nothing
                        """)
                        .bind("account", account)
                        .bind("tag", tag)
                        .bind("subscriber", subscriber)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    Optional<Instant> taggedAt(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        return tx.query("""
                        select g.tagged_at
                          from tagging g
                         where g.account_id = :account and g.tag_id = :tag and g.subscriber_id = :subscriber
                        """)
                .bind("account", account)
                .bind("tag", tag)
                .bind("subscriber", subscriber)
                .map((row, _) -> instant(row, "tagged_at"))
                .findOne();
    }

    /// @return whether the subscriber wore the tag
    boolean deleteTagging(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        return tx.update("""
                        delete from tagging
                         where account_id = :account and tag_id = :tag and subscriber_id = :subscriber
                        """)
                        .bind("account", account)
                        .bind("tag", tag)
                        .bind("subscriber", subscriber)
                        .execute()
                == 1;
    }

    /// @param ids one for each
    /// @return those that were not worn
    List<Tags.Pair> insertTaggings(Tx tx, AccountId account, List<Tags.Pair> pairs, List<Long> ids, Instant now) {
        return tx.query("""
                        insert into tagging (account_id, tag_id, subscriber_id, id, tagged_at)
                        select :account, n.tag_id, n.subscriber_id, n.id, :now
                          from unnest(:tags::bigint[], :subscribers::bigint[], :ids::bigint[])
                               as n (tag_id, subscriber_id, id)
                         order by n.tag_id, n.subscriber_id
                        on conflict do nothing
                        returning tag_id, subscriber_id
                        """)
                .bind("account", account)
                .bind("tags", values(pairs, Tags.Pair::tag))
                .bind("subscribers", values(pairs, Tags.Pair::subscriber))
                .bind("ids", ids.toArray(Long[]::new))
                .bind("now", now)
                .map((row, _) -> pair(row))
                .list();
    }

    Map<Tags.Pair, Instant> taggedAt(Tx tx, AccountId account, List<Tags.Pair> pairs) {
        var tagged = new HashMap<Tags.Pair, Instant>();
        tx.query("""
                        select g.tag_id, g.subscriber_id, g.tagged_at
                          from unnest(:tags::bigint[], :subscribers::bigint[]) as n (tag_id, subscriber_id)
                          join tagging g
                            on g.account_id = :account and g.tag_id = n.tag_id and g.subscriber_id = n.subscriber_id
                        """)
                .bind("account", account)
                .bind("tags", values(pairs, Tags.Pair::tag))
                .bind("subscribers", values(pairs, Tags.Pair::subscriber))
                .map((row, _) -> Map.entry(pair(row), instant(row, "tagged_at")))
                .forEach(entry -> tagged.put(entry.getKey(), entry.getValue()));
        return tagged;
    }

    /// @return those that were worn
    List<Tags.Pair> deleteTaggings(Tx tx, AccountId account, List<Tags.Pair> pairs) {
        return tx.query("""
                        delete from tagging g
                         using unnest(:tags::bigint[], :subscribers::bigint[]) as n (tag_id, subscriber_id)
                         where g.account_id = :account and g.tag_id = n.tag_id and g.subscriber_id = n.subscriber_id
                        returning g.tag_id, g.subscriber_id
                        """)
                .bind("account", account)
                .bind("tags", values(pairs, Tags.Pair::tag))
                .bind("subscribers", values(pairs, Tags.Pair::subscriber))
                .map((row, _) -> pair(row))
                .list();
    }

    private static Tags.Pair pair(ResultSet row) throws SQLException {
        return new Tags.Pair(new TagId(row.getLong("tag_id")), new SubscriberId(row.getLong("subscriber_id")));
    }

    private static Tag tag(ResultSet row) throws SQLException {
        return new Tag(new TagId(row.getLong("id")), row.getString("name"), instant(row, "created_at"));
    }
}
