package reynard.subscriber;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.Id;
import reynard.id.SubscriberId;

/// Every statement about what readers want fewer of.
final class WishStore {
    /// Those who want all are missing.
    Map<SubscriberId, Wish> find(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        var found = new HashMap<SubscriberId, Wish>();
        tx.query("""
                        select w.subscriber_id, w.kind, w.pause_until
                          from reader_wish w
                         where w.account_id = :account and w.subscriber_id = any(:subscribers)
                        """)
                .bind("account", account)
                .bind("subscribers", subscribers.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> Map.entry(new SubscriberId(row.getLong("subscriber_id")), wish(row)))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    void put(Tx tx, AccountId account, SubscriberId subscriber, Wish wish, Instant now) {
        @Nullable Instant pauseUntil = wish instanceof Wish.Pause(var until) ? until : null;
        tx.update("""
                        insert into reader_wish (account_id, subscriber_id, kind, pause_until, wished_at)
                        values (:account, :subscriber, :kind, :pauseUntil, :now)
                        on conflict (account_id, subscriber_id) do update
                           set kind = excluded.kind, pause_until = excluded.pause_until,
                               wished_at = excluded.wished_at
                        """)
                .bind("account", account)
                .bind("subscriber", subscriber)
                .bind("kind", pauseUntil == null ? "weekly" : "pause")
                .bind("pauseUntil", pauseUntil)
                .bind("now", now)
                .execute();
    }

    void delete(Tx tx, AccountId account, SubscriberId subscriber) {
        tx.update("delete from reader_wish where account_id = :account and subscriber_id = :subscriber")
                .bind("account", account)
                .bind("subscriber", subscriber)
                .execute();
    }

    private static Wish wish(ResultSet row) throws SQLException {
        return row.getString("kind").equals("pause") ? new Wish.Pause(instant(row, "pause_until")) : new Wish.Weekly();
    }
}
