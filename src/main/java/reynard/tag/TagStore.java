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
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.Id;
import reynard.id.SubscriberId;
import reynard.id.TagId;

/// Every statement of the room.
final class TagStore {
    private static final Listing<Tag> NEWEST = new Listing<>(
            "select t.id, t.name, t.created_at from tag t where t.account_id = :account",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("t.id", "id")),
            (row, _) -> tag(row));

    Page<Tag> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
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

    Instant taggedAt(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        return tx.query("""
                        select g.tagged_at
                          from tagging g
                         where g.account_id = :account and g.tag_id = :tag and g.subscriber_id = :subscriber
                        """)
                .bind("account", account)
                .bind("tag", tag)
                .bind("subscriber", subscriber)
                .map((row, _) -> instant(row, "tagged_at"))
                .one();
    }

    void deleteTagging(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        tx.update("""
                        delete from tagging
                         where account_id = :account and tag_id = :tag and subscriber_id = :subscriber
                        """)
                .bind("account", account)
                .bind("tag", tag)
                .bind("subscriber", subscriber)
                .execute();
    }

    private static Tag tag(ResultSet row) throws SQLException {
        return new Tag(new TagId(row.getLong("id")), row.getString("name"), instant(row, "created_at"));
    }
}
