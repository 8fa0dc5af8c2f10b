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
    /// Those of which nothing was sent are missing.
    Map<SequenceId, Statistics> ofSequences(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        var found = new HashMap<SequenceId, Statistics>();
        tx.query("""
                        select d.sequence_id, count(*) as recipients, count(d.opened_at) as opens, count(d.clicked_at) as clicks,
                               count(*) filter (where d.departure = 'unsubscribed') as unsubscribes,
                               count(*) filter (where d.departure = 'bounced' or d.state = 'bounced') as bounces,
                               count(*) filter (where d.departure = 'complained') as complaints
                          from delivery d
                         where d.account_id = :account and d.sequence_id = any(:sequences)
                           and (d.state in ('sent', 'bounced') or d.departure = 'bounced')
                         group by d.sequence_id
                        """)
                .bind("account", account)
                .bind("sequences", longs(sequences))
                .map((row, _) -> Map.entry(new SequenceId(row.getLong("sequence_id")), statistics(row)))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /// Those that were never sent are missing.
    Map<SequenceEmailId, Statistics> ofEmails(Tx tx, AccountId account, Collection<SequenceEmailId> emails) {
        var found = new HashMap<SequenceEmailId, Statistics>();
        tx.query("""
                        select d.sequence_email_id, count(*) as recipients, count(d.opened_at) as opens, count(d.clicked_at) as clicks,
                               count(*) filter (where d.departure = 'unsubscribed') as unsubscribes,
                               count(*) filter (where d.departure = 'bounced' or d.state = 'bounced') as bounces,
                               count(*) filter (where d.departure = 'complained') as complaints
                          from delivery d
                         where d.account_id = :account and d.sequence_email_id = any(:emails)
                           and (d.state in ('sent', 'bounced') or d.departure = 'bounced')
                         group by d.sequence_email_id
                        """)
                .bind("account", account)
                .bind("emails", longs(emails))
                .map((row, _) -> Map.entry(new SequenceEmailId(row.getLong("sequence_email_id")), statistics(row)))
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
