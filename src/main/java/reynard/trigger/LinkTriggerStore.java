package reynard.trigger;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.LinkTriggerId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.trigger.LinkTrigger.Effect;

/// Every statement of the room.
final class LinkTriggerStore {
    private static final Listing<LinkTrigger> NEWEST = new Listing<>(
            """
            select t.id, t.name, t.url, t.tag_id, t.sequence_id, t.created_at, t.updated_at
              from link_trigger t
             where t.account_id = :account
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("t.id", "id")), (row, _) -> trigger(row));

    Page<LinkTrigger> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    Optional<LinkTrigger> find(Tx tx, AccountId account, LinkTriggerId id) {
        return tx.query("""
                        select t.id, t.name, t.url, t.tag_id, t.sequence_id, t.created_at, t.updated_at
                          from link_trigger t
                         where t.account_id = :account and t.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> trigger(row))
                .findOne();
    }

    /// Nobody else changes it before this transaction ends.
    Optional<LinkTrigger> findForUpdate(Tx tx, AccountId account, LinkTriggerId id) {
        return tx.query("""
                        select t.id, t.name, t.url, t.tag_id, t.sequence_id, t.created_at, t.updated_at
                          from link_trigger t
                         where t.account_id = :account and t.id = :id
                           for no key update
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> trigger(row))
                .findOne();
    }

    List<LinkTrigger> ofUrl(Tx tx, AccountId account, String url) {
        return tx.query("""
                        select t.id, t.name, t.url, t.tag_id, t.sequence_id, t.created_at, t.updated_at
                          from link_trigger t
                         where t.account_id = :account and md5(t.url) = md5(:url) and t.url = :url
                         order by t.id
                        """)
                .bind("account", account)
                .bind("url", url)
                .map((row, _) -> trigger(row))
                .list();
    }

    boolean any(Tx tx, AccountId account) {
        return tx.query("select exists (select from link_trigger t where t.account_id = :account)")
                .bind("account", account)
                .mapTo(Boolean.class)
                .one();
    }

    void insert(Tx tx, AccountId account, LinkTrigger trigger) {
        tx.update("""
                        insert into link_trigger
                               (account_id, id, name, url, tag_id, sequence_id, created_at, updated_at)
                        values (:account, :id, :name, :url, :tag, :sequence, :createdAt, :updatedAt)
                        """)
                .bind("account", account)
                .bind("id", trigger.id())
                .bind("name", trigger.name())
                .bind("url", trigger.url())
                .bind("tag", tag(trigger.effect()))
                .bind("sequence", sequence(trigger.effect()))
                .bind("createdAt", trigger.createdAt())
                .bind("updatedAt", trigger.updatedAt())
                .execute();
    }

    void update(Tx tx, AccountId account, LinkTrigger trigger) {
        tx.update("""
                        update link_trigger
                           set name = :name, url = :url, tag_id = :tag, sequence_id = :sequence,
                               updated_at = :updatedAt
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", trigger.id())
                .bind("name", trigger.name())
                .bind("url", trigger.url())
                .bind("tag", tag(trigger.effect()))
                .bind("sequence", sequence(trigger.effect()))
                .bind("updatedAt", trigger.updatedAt())
                .execute();
    }

    boolean delete(Tx tx, AccountId account, LinkTriggerId id) {
        return tx.update("delete from link_trigger where account_id = :account and id = :id")
                        .bind("account", account)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    void deleteOf(Tx tx, AccountId account, SequenceId sequence) {
        tx.update("delete from link_trigger where account_id = :account and sequence_id = :sequence")
                .bind("account", account)
                .bind("sequence", sequence)
                .execute();
    }

    /// @return false when it has happened to this person before
    boolean insertEffect(Tx tx, AccountId account, LinkTriggerId trigger, SubscriberId subscriber, Instant at) {
        return tx.update("""
                        insert into link_trigger_effect (account_id, link_trigger_id, subscriber_id, at)
                        values (:account, :trigger, :subscriber, :at)
                        on conflict do nothing
                        """)
                        .bind("account", account)
                        .bind("trigger", trigger)
                        .bind("subscriber", subscriber)
                        .bind("at", at)
                        .execute()
                == 1;
    }

    private static @Nullable Long tag(Effect effect) {
        return effect instanceof Effect.AddsTag(var tag) ? tag.value() : null;
    }

    private static @Nullable Long sequence(Effect effect) {
        return effect instanceof Effect.JoinsSequence(var sequence) ? sequence.value() : null;
    }

    private static LinkTrigger trigger(ResultSet row) throws SQLException {
        var tag = nullableLong(row, "tag_id");
        return new LinkTrigger(
                new LinkTriggerId(row.getLong("id")),
                row.getString("name"),
                row.getString("url"),
                tag == null
                        ? new Effect.JoinsSequence(new SequenceId(row.getLong("sequence_id")))
                        : new Effect.AddsTag(new TagId(tag)),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }
}
