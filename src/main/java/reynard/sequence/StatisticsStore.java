package reynard.sequence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.Id;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;

/// What the ledger says about sequences and their emails.
final class StatisticsStore {
    // Who left is counted in an index, and what was opened and clicked is counted already.

    /// Those of which nothing was sent are missing.
    Map<SequenceId, Statistics> ofSequences(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        var found = new HashMap<SequenceId, Statistics>();
        tx.query("""
                        with gone as (
                            select e.sequence_id as id,
                                   sum(p.deliveries - p.queued - p.failed - p.skipped)::bigint as sent
                              from email_progress p
                              join sequence_email e on e.account_id = :account and e.id = p.email_id
                             where p.account_id = :account
                               and p.email_id = any(array(select m.id
                                                            from sequence_email m
                                                           where m.account_id = :account
                                                             and m.sequence_id = any(:ids)))
                             group by e.sequence_id),
                        departed as (
                            select d.sequence_id as id,
                                   count(*) filter (where d.state not in ('sent', 'bounced')) as refused,
                                   count(*) filter (where d.departure = 'unsubscribed') as unsubscribes,
                                   count(*) filter (where d.departure = 'bounced' or d.state = 'bounced') as bounces,
                                   count(*) filter (where d.departure = 'complained') as complaints
                              from delivery d
                             where d.account_id = :account and d.sequence_id = any(:ids)
                               and (d.departure is not null or d.bounced_at is not null)
                               and (d.state in ('sent', 'bounced') or d.departure = 'bounced')
                             group by d.sequence_id),
                        tallied as (
                            select e.sequence_id as id, sum(t.opened)::bigint as opens, sum(t.clicked)::bigint as clicks
                              from sequence_email e
                              join email_tally t on t.account_id = :account and t.email_id = e.id
                             where e.account_id = :account and e.sequence_id = any(:ids)
                             group by e.sequence_id)
                        select q.id, coalesce(g.sent, 0) + coalesce(d.refused, 0) as recipients,
                               coalesce(t.opens, 0) as opens, coalesce(t.clicks, 0) as clicks,
                               coalesce(d.unsubscribes, 0) as unsubscribes, coalesce(d.bounces, 0) as bounces,
                               coalesce(d.complaints, 0) as complaints
                          from unnest(:ids::bigint[]) q (id)
                          left join gone g on g.id = q.id
                          left join departed d on d.id = q.id
                          left join tallied t on t.id = q.id
                         where coalesce(g.sent, 0) + coalesce(d.refused, 0) > 0
                        """)
                .bind("account", account)
                .bind("ids", longs(sequences))
                .map((row, _) -> Map.entry(new SequenceId(row.getLong("id")), statistics(row)))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /// Those that were never sent are missing.
    Map<SequenceEmailId, Statistics> ofEmails(Tx tx, AccountId account, Collection<SequenceEmailId> emails) {
        var found = new HashMap<SequenceEmailId, Statistics>();
        tx.query("""
                        with gone as (
                            select p.email_id as id, p.deliveries - p.queued - p.failed - p.skipped as sent
                              from email_progress p
                             where p.account_id = :account and p.email_id = any(:ids)),
                        departed as (
                            select d.sequence_email_id as id,
                                   count(*) filter (where d.state not in ('sent', 'bounced')) as refused,
                                   count(*) filter (where d.departure = 'unsubscribed') as unsubscribes,
                                   count(*) filter (where d.departure = 'bounced' or d.state = 'bounced') as bounces,
                                   count(*) filter (where d.departure = 'complained') as complaints
                              from delivery d
                             where d.account_id = :account and d.sequence_email_id = any(:ids)
                               and (d.departure is not null or d.bounced_at is not null)
                               and (d.state in ('sent', 'bounced') or d.departure = 'bounced')
                             group by d.sequence_email_id),
                        tallied as (
                            select t.email_id as id, t.opened as opens, t.clicked as clicks
                              from email_tally t
                             where t.account_id = :account and t.email_id = any(:ids))
                        select q.id, coalesce(g.sent, 0) + coalesce(d.refused, 0) as recipients,
                               coalesce(t.opens, 0) as opens, coalesce(t.clicks, 0) as clicks,
                               coalesce(d.unsubscribes, 0) as unsubscribes, coalesce(d.bounces, 0) as bounces,
                               coalesce(d.complaints, 0) as complaints
                          from unnest(:ids::bigint[]) q (id)
                          left join gone g on g.id = q.id
                          left join departed d on d.id = q.id
                          left join tallied t on t.id = q.id
                         where coalesce(g.sent, 0) + coalesce(d.refused, 0) > 0
                        """)
                .bind("account", account)
                .bind("ids", longs(emails))
                .map((row, _) -> Map.entry(new SequenceEmailId(row.getLong("id")), statistics(row)))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /// How many of a sequence's members have left the list; those with none are missing.
    Map<SequenceId, Long> cancelled(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        var found = new HashMap<SequenceId, Long>();
        tx.query("""
                        select e.sequence_id, count(*) as count
                          from enrollment e
                         where e.account_id = :account and e.sequence_id = any(:sequences) and e.state = 'cancelled'
                         group by e.sequence_id
                        """)
                .bind("account", account)
                .bind("sequences", longs(sequences))
                .map((row, _) -> Map.entry(new SequenceId(row.getLong("sequence_id")), row.getLong("count")))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    private static Statistics statistics(ResultSet row) throws SQLException {
        return new Statistics(
                row.getLong("recipients"),
                row.getLong("opens"),
                row.getLong("clicks"),
                row.getLong("unsubscribes"),
                row.getLong("bounces"),
                row.getLong("complaints"));
    }

    private static Long[] longs(Collection<? extends Id> ids) {
        return ids.stream().map(Id::value).toArray(Long[]::new);
    }
}
