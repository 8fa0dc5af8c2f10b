package reynard.enrollment;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import reynard.db.Tx;

/// Every statement about the standstill of all sending.
final class StandstillStore {
    Optional<Standstill> find(Tx tx) {
        return tx.query("""
                        select s.since, s.cause, s.last_sign_at, s.overdue, s.treat_as_sent_until from standstill s
                        """)
                .map((row, _) -> new Standstill(
                        instant(row, "since"),
                        Standstill.Cause.valueOf(row.getString("cause").toUpperCase(Locale.ROOT)),
                        optionalInstant(row, "last_sign_at"),
                        row.getLong("overdue"),
                        optionalInstant(row, "treat_as_sent_until")))
                .findOne();
    }

    /// @return false when another node has done it
    boolean insert(Tx tx, Standstill standstill) {
        return tx.update("""
                        insert into standstill (since, cause, last_sign_at, overdue)
                        values (:since, :cause, :lastSignAt, :overdue)
                        on conflict (one) do nothing
                        """)
                        .bind("since", standstill.since())
                        .bind("cause", standstill.cause().wireName())
                        .bind("lastSignAt", standstill.lastSignAt().orElse(null))
                        .bind("overdue", standstill.overdue())
                        .execute()
                == 1;
    }

    void treatAsSent(Tx tx, Instant until) {
        tx.update("update standstill set treat_as_sent_until = :until")
                .bind("until", until)
                .execute();
    }

    void delete(Tx tx) {
        tx.update("delete from standstill").execute();
    }

    /// How many emails are overdue, waiting and queued ones, a broadcast that has not begun as one; of each account at
    /// most as many as asked for of each kind.
    long overdue(Tx tx, Instant now, long limit) {
        return tx.query("""
                        select coalesce(sum(w.people + q.emails + b.broadcasts), 0)::bigint
                          from account_clock c
                          cross join lateral (
                              select count(*) as people
                                from (select from enrollment_queue u
                                       where u.account_id = c.account_id and u.due_at <= :now
                                       limit :limit) l) w
                          cross join lateral (
                              select count(*) as emails
                                from (select from delivery_queue u
                                       where u.account_id = c.account_id and u.next_attempt_at <= :now
                                       limit :limit) l) q
                          cross join lateral (
                              select count(*) as broadcasts
                                from (select from broadcast b
                                       where b.account_id = c.account_id and b.status = 'scheduled'
                                         and b.send_at <= :now
                                       limit :limit) l) b
                        """)
                .bind("now", now)
                .bind("limit", limit)
                .mapTo(Long.class)
                .one();
    }

    /// Ids that were given out after the backup, and are lost with it, are not given out again.
    void skipIds(Tx tx, long count) {
        tx.update("update id_block set next = next + :count")
                .bind("count", count)
                .execute();
    }
}
