package reynard.tracking;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SubscriberId;

/// Every statement about clicks that are still to be told of.
final class ClickNewsStore {
    record Waiting(AccountId account, Instant dueAt) {}

    /// When each account that has any has the next: one index look-up per account.
    List<Waiting> accounts(Tx tx) {
        return tx.query("""
                        select c.account_id, n.due_at
                          from account_clock c
                          cross join lateral (
                              select w.due_at
                                from click_news w
                               where w.account_id = c.account_id
                               order by w.due_at
                               limit 1) n
                        """)
                .map((row, _) -> new Waiting(new AccountId(row.getLong("account_id")), instant(row, "due_at")))
                .list();
    }

    /// A click of a person.
    record News(long id, SubscriberId subscriber, String url, Instant at) {}

    /// Takes those due that no other node is telling of; they are gone when the transaction commits.
    List<News> take(Tx tx, AccountId account, Instant now, int limit) {
        var due = tx.query("""
                        select n.id
                          from click_news n
                         where n.account_id = :account and n.due_at <= :now
                         order by n.due_at, n.id
                         limit :limit
                           for update skip locked
                        """)
                .bind("account", account)
                .bind("now", now)
                .bind("limit", limit)
                .mapTo(Long.class)
                .list();
        return take(tx, account, due);
    }

    List<News> takeOne(Tx tx, AccountId account, long id) {
        return take(tx, account, List.of(id));
    }

    private static List<News> take(Tx tx, AccountId account, Collection<Long> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        return tx.query("""
                        with gone as (
                            delete from click_news
                             where account_id = :account and id = any(:ids)
                            returning id, subscriber_id, link_id, at)
                        select g.id, g.subscriber_id, l.url, g.at
                          from gone g
                          join link l on l.account_id = :account and l.id = g.link_id
                         order by g.at, g.id
                        """)
                .bind("account", account)
                .bind("ids", ids.toArray(Long[]::new))
                .map((row, _) -> news(row))
                .list();
    }

    List<Long> due(Tx tx, AccountId account, Instant now, int limit) {
        return tx.query("""
                        select n.id
                          from click_news n
                         where n.account_id = :account and n.due_at <= :now
                         order by n.due_at, n.id
                         limit :limit
                        """)
                .bind("account", account)
                .bind("now", now)
                .bind("limit", limit)
                .mapTo(Long.class)
                .list();
    }

    /// @return how often it has been put off
    int postpone(Tx tx, AccountId account, long id, Instant until) {
        return tx.query("""
                        update click_news
                           set due_at = :until, attempts = attempts + 1
                         where account_id = :account and id = :id
                        returning attempts
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("until", until)
                .mapTo(Integer.class)
                .findOne()
                .orElse(0);
    }

    private static News news(ResultSet row) throws SQLException {
        return new News(
                row.getLong("id"),
                new SubscriberId(row.getLong("subscriber_id")),
                row.getString("url"),
                instant(row, "at"));
    }
}
