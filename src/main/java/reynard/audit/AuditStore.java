package reynard.audit;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import reynard.db.Tx;
import reynard.enrollment.Enrollment;
import reynard.id.AccountId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// Every statement of the audit. They read, page by page, and trust no constraint.
final class AuditStore {
    /// From here on the transaction sees the database as it is at this moment, and cannot change it.
    void freeze(Tx tx) {
        tx.update("set transaction isolation level repeatable read read only").execute();
    }

    List<AccountId> accounts(Tx tx) {
        return tx.query("select a.id from account a order by a.id")
                .map((row, _) -> new AccountId(row.getLong("id")))
                .list();
    }

    /// @param replanTo the plan that its people are being looked at for, if they are
    record SequenceRow(SequenceId id, long planVersion, boolean deleted, Optional<Long> replanTo) {}

    List<SequenceRow> sequences(Tx tx, AccountId account) {
        return tx.query("""
                        select q.id, q.plan_version, q.deleted_at, r.plan_version as replan_to
                          from sequence q
                          left join replan r on r.account_id = :account and r.sequence_id = q.id
                         where q.account_id = :account
                         order by q.id
                        """)
                .bind("account", account)
                .map((row, _) -> new SequenceRow(
                        new SequenceId(row.getLong("id")),
                        row.getLong("plan_version"),
                        optionalInstant(row, "deleted_at").isPresent(),
                        Optional.ofNullable(nullableLong(row, "replan_to"))))
                .list();
    }

    /// Those behind an id, by id.
    List<EnrollmentRow> enrollments(Tx tx, AccountId account, long after, int limit) {
        return tx.query("""
                        select e.id, e.sequence_id, e.subscriber_id, s.state as subscriber_state, e.run, e.source,
                               e.added_at, e.state, e.parked_because, e.last_email_id, e.anchor_at, e.next_email_id,
                               e.due_at, e.tzdata, e.plan_version, e.keeps_date, e.finished_at, e.finish_reason,
                               u.due_at as queued_for,
                               l.sequence_id as last_email_sequence, n.sequence_id as next_email_sequence,
                               (select count(*) from enrollment_past_run p
                                 where p.account_id = :account and p.enrollment_id = e.id) as past_runs
                          from enrollment e
                          left join subscriber s on s.account_id = :account and s.id = e.subscriber_id
                          left join sequence_email l on l.account_id = :account and l.id = e.last_email_id
                          left join sequence_email n on n.account_id = :account and n.id = e.next_email_id
                          left join enrollment_queue u on u.account_id = :account and u.enrollment_id = e.id
                         where e.account_id = :account and e.id > :after
                         order by e.id
                         limit :limit
                        """)
                .bind("account", account)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, _) -> new EnrollmentRow(
                        new EnrollmentId(row.getLong("id")),
                        new SequenceId(row.getLong("sequence_id")),
                        new SubscriberId(row.getLong("subscriber_id")),
                        row.getString("subscriber_state"),
                        row.getInt("run"),
                        row.getInt("past_runs"),
                        Enrollment.Source.valueOf(row.getString("source").toUpperCase(Locale.ROOT)),
                        instant(row, "added_at"),
                        row.getString("state"),
                        optionalText(row, "parked_because"),
                        Optional.ofNullable(nullableLong(row, "last_email_id")).map(SequenceEmailId::new),
                        Optional.ofNullable(nullableLong(row, "last_email_sequence")),
                        optionalInstant(row, "anchor_at"),
                        Optional.ofNullable(nullableLong(row, "next_email_id")).map(SequenceEmailId::new),
                        Optional.ofNullable(nullableLong(row, "next_email_sequence")),
                        optionalInstant(row, "due_at"),
                        optionalText(row, "tzdata"),
                        row.getLong("plan_version"),
                        row.getBoolean("keeps_date"),
                        optionalInstant(row, "finished_at"),
                        optionalText(row, "finish_reason"),
                        optionalInstant(row, "queued_for")))
                .list();
    }

    /// One email of one run, as the ledger has it.
    ///
    /// @param doneAt what the next delay counts from; for what an operator had treated as sent, when it was due
    record LedgerRow(
            EnrollmentId enrollment,
            long delivery,
            int run,
            SequenceEmailId email,
            String state,
            Optional<Instant> doneAt,
            Optional<String> reason) {}

    Map<EnrollmentId, List<LedgerRow>> ledger(Tx tx, AccountId account, Collection<EnrollmentRow> enrollments) {
        var ledger = new HashMap<EnrollmentId, List<LedgerRow>>();
        tx.query("""
                        select d.enrollment_id, d.id, d.run, d.sequence_email_id, d.state, d.reason,
                               case when d.reason = 'treated_as_sent' then d.due_at else d.settled_at end as done_at
                          from delivery d
                         where d.account_id = :account and d.enrollment_id = any(:enrollments)
                         order by d.id
                        """)
                .bind("account", account)
                .bind(
                        "enrollments",
                        enrollments.stream().map(row -> row.id().value()).toArray(Long[]::new))
                .map((row, _) -> new LedgerRow(
                        new EnrollmentId(row.getLong("enrollment_id")),
                        row.getLong("id"),
                        row.getInt("run"),
                        new SequenceEmailId(row.getLong("sequence_email_id")),
                        row.getString("state"),
                        optionalInstant(row, "done_at"),
                        optionalText(row, "reason")))
                .forEach(row -> ledger.computeIfAbsent(row.enrollment(), _ -> new java.util.ArrayList<>())
                        .add(row));
        return ledger;
    }

    /// Those behind an id, by id.
    List<DeliveryRow> deliveries(Tx tx, AccountId account, long after, int limit) {
        return tx.query("""
                        with page as (
                            select d.id
                              from delivery d
                             where d.account_id = :account and d.id > :after
                             order by d.id
                             limit :limit)
                        select d.id, d.kind, d.broadcast_id, d.recipient, d.run, d.sequence_id, d.subscriber_id, d.sequence_email_id, d.state,
                               d.next_attempt_at, d.attempts, d.owner, d.at_dot, d.marked_at, d.settled_at, d.uncertain_at,
                               d.reason, e.run as enrollment_run, e.sequence_id as enrollment_sequence,
                               e.subscriber_id as enrollment_subscriber, e.state as enrollment_state, e.finished_at,
                               m.sequence_id as email_sequence, not coalesce(m.published, true) as email_gone,
                               s.state as subscriber_state, s.state_changed_at,
                               coalesce(t.tries, 0) as tries, coalesce(t.last, 0) as last_try,
                               coalesce(t.accepted, 0) as accepted, t.accepted_at,
                               case when u.delivery_id is null then d.settled_at is not null
                                    else d.settled_at is null and u.kind = d.kind
                                         and u.next_attempt_at is not distinct from d.next_attempt_at
                                         and u.email_id is not distinct from
                                             coalesce(d.broadcast_id, d.sequence_email_id)
                                    end as queue_agrees
                          from page p
                          join delivery d on d.account_id = :account and d.id = p.id
                          left join delivery_queue u on u.account_id = :account and u.delivery_id = d.id
                          left join enrollment e on e.account_id = :account and e.id = d.enrollment_id
                          left join sequence_email m on m.account_id = :account and m.id = d.sequence_email_id
                          left join subscriber s on s.account_id = :account and s.id = d.subscriber_id
                          left join (
                              select a.delivery_id, count(*) as tries, max(a.number) as last,
                                     count(*) filter (where a.outcome = 'accepted') as accepted,
                                     max(a.at) filter (where a.outcome = 'accepted') as accepted_at
                                from attempt a
                                join page n on n.id = a.delivery_id
                               where a.account_id = :account
                               group by a.delivery_id) t on t.delivery_id = d.id
                         order by d.id
                        """)
                .bind("account", account)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, _) -> {
                    var run = nullableLong(row, "enrollment_run");
                    return new DeliveryRow(
                            row.getLong("id"),
                            row.getString("kind"),
                            nullableLong(row, "broadcast_id"),
                            row.getString("recipient"),
                            row.getInt("run"),
                            row.getLong("sequence_id"),
                            nullableLong(row, "subscriber_id"),
                            row.getLong("sequence_email_id"),
                            row.getString("state"),
                            optionalInstant(row, "next_attempt_at"),
                            row.getInt("attempts"),
                            nullableLong(row, "owner"),
                            row.getBoolean("at_dot"),
                            optionalInstant(row, "marked_at"),
                            optionalInstant(row, "settled_at"),
                            optionalInstant(row, "uncertain_at"),
                            optionalText(row, "reason"),
                            run == null ? OptionalInt.empty() : OptionalInt.of(run.intValue()),
                            nullableLong(row, "enrollment_sequence"),
                            nullableLong(row, "enrollment_subscriber"),
                            row.getString("enrollment_state"),
                            optionalInstant(row, "finished_at"),
                            nullableLong(row, "email_sequence"),
                            row.getBoolean("email_gone"),
                            row.getString("subscriber_state"),
                            optionalInstant(row, "state_changed_at"),
                            row.getInt("tries"),
                            row.getInt("last_try"),
                            row.getInt("accepted"),
                            optionalInstant(row, "accepted_at"),
                            row.getBoolean("queue_agrees"));
                })
                .list();
    }

    /// The later of two enrollments of one subscriber in one sequence.
    record Twice(EnrollmentId enrollment, SubscriberId subscriber, SequenceId sequence) {}

    List<Twice> twice(Tx tx, AccountId account) {
        return tx.query("""
                        select max(e.id) as id, e.subscriber_id, e.sequence_id
                          from enrollment e
                         where e.account_id = :account
                         group by e.sequence_id, e.subscriber_id
                        having count(*) > 1
                        """)
                .bind("account", account)
                .map((row, _) -> new Twice(
                        new EnrollmentId(row.getLong("id")),
                        new SubscriberId(row.getLong("subscriber_id")),
                        new SequenceId(row.getLong("sequence_id"))))
                .list();
    }

    /// An email that one run has twice in the ledger.
    record SentTwice(long delivery, long email, int run) {}

    List<SentTwice> sentTwice(Tx tx, AccountId account) {
        return tx.query("""
                        select max(d.id) as id, d.sequence_email_id, d.run
                          from delivery d
                         where d.account_id = :account and d.kind = 'sequence'
                         group by d.enrollment_id, d.run, d.sequence_email_id
                        having count(*) > 1
                        """)
                .bind("account", account)
                .map((row, _) -> new SentTwice(row.getLong("id"), row.getLong("sequence_email_id"), row.getInt("run")))
                .list();
    }

    /// A reader who has an email of a broadcast twice in the ledger.
    record BroadcastTwice(long delivery, long broadcast, long subscriber) {}

    List<BroadcastTwice> broadcastTwice(Tx tx, AccountId account) {
        return tx.query("""
                        select max(d.id) as id, d.broadcast_id, d.subscriber_id
                          from delivery d
                         where d.account_id = :account and d.kind = 'broadcast'
                         group by d.broadcast_id, d.subscriber_id
                        having count(*) > 1
                        """)
                .bind("account", account)
                .map((row, _) -> new BroadcastTwice(
                        row.getLong("id"), row.getLong("broadcast_id"), row.getLong("subscriber_id")))
                .list();
    }

    /// Every broadcast, and whatever else the ledger has emails of a broadcast of.
    List<BroadcastRow> broadcasts(Tx tx, AccountId account) {
        return tx.query("""
                        with led as (
                            select d.broadcast_id as id, count(*) as emails,
                                   count(*) filter (where d.state = 'scheduled' and d.attempts = 0) as untried,
                                   max(d.subscriber_id) as last
                              from delivery d
                             where d.account_id = :account and d.broadcast_id is not null
                             group by d.broadcast_id),
                        known as (
                            select b.id, b.status, b.walked_to, b.walked_at
                              from broadcast b
                             where b.account_id = :account)
                        select coalesce(k.id, l.id) as id, coalesce(k.status, '') as status,
                               k.walked_at is not null as through, coalesce(k.walked_to, 0) as walked_to,
                               coalesce(l.emails, 0) as emails, coalesce(l.untried, 0) as untried,
                               coalesce(l.last, 0) as last
                          from known k
                          full join led l on l.id = k.id
                        """)
                .bind("account", account)
                .map((row, _) -> new BroadcastRow(
                        row.getLong("id"),
                        row.getString("status"),
                        row.getBoolean("through"),
                        row.getLong("walked_to"),
                        row.getLong("emails"),
                        row.getLong("untried"),
                        row.getLong("last")))
                .list();
    }

    record WrongTally(long email, long opened, long clicked, long openedReally, long clickedReally) {}

    /// What is counted as it happens, beside what is there to count.
    List<WrongTally> wrongTallies(Tx tx, AccountId account) {
        return tx.query("""
                        with really as (
                            select coalesce(d.broadcast_id, d.sequence_email_id) as email_id,
                                   count(d.opened_at) as opened, count(d.clicked_at) as clicked
                              from delivery d
                             where d.account_id = :account and (d.opened_at is not null or d.clicked_at is not null)
                             group by coalesce(d.broadcast_id, d.sequence_email_id)),
                        counted as (
                            select t.email_id, t.opened, t.clicked from email_tally t where t.account_id = :account)
                        select coalesce(r.email_id, t.email_id) as email_id, coalesce(t.opened, 0) as opened,
                               coalesce(t.clicked, 0) as clicked, coalesce(r.opened, 0) as opened_really,
                               coalesce(r.clicked, 0) as clicked_really
                          from really r
                          full join counted t on t.email_id = r.email_id
                         where coalesce(t.opened, 0) <> coalesce(r.opened, 0)
                            or coalesce(t.clicked, 0) <> coalesce(r.clicked, 0)
                        """)
                .bind("account", account)
                .map((row, _) -> new WrongTally(
                        row.getLong("email_id"),
                        row.getLong("opened"),
                        row.getLong("clicked"),
                        row.getLong("opened_really"),
                        row.getLong("clicked_really")))
                .list();
    }

    record WrongLinkTally(long email, long link, long visitors, long visitorsReally) {}

    List<WrongLinkTally> wrongLinkTallies(Tx tx, AccountId account) {
        return tx.query("""
                        with really as (
                            select coalesce(d.broadcast_id, d.sequence_email_id) as email_id, v.link_id,
                                   count(*) as visitors
                              from link_visit v
                              join delivery d on d.account_id = :account and d.id = v.delivery_id
                             where v.account_id = :account and v.clicks > 0
                             group by coalesce(d.broadcast_id, d.sequence_email_id), v.link_id),
                        counted as (
                            select t.email_id, t.link_id, t.visitors from link_tally t where t.account_id = :account)
                        select coalesce(r.email_id, t.email_id) as email_id, coalesce(r.link_id, t.link_id) as link_id,
                               coalesce(t.visitors, 0) as visitors, coalesce(r.visitors, 0) as visitors_really
                          from really r
                          full join counted t on t.email_id = r.email_id and t.link_id = r.link_id
                         where coalesce(t.visitors, 0) <> coalesce(r.visitors, 0)
                        """)
                .bind("account", account)
                .map((row, _) -> new WrongLinkTally(
                        row.getLong("email_id"),
                        row.getLong("link_id"),
                        row.getLong("visitors"),
                        row.getLong("visitors_really")))
                .list();
    }

    /// What is of a delivery or an enrollment that does not exist.
    ///
    /// @param owner `a delivery` or `an enrollment`
    /// @param id of that
    record Stray(String what, String owner, long id) {}

    List<Stray> strays(Tx tx, AccountId account) {
        return tx.query("""
                        select k.what, 'a delivery' as owner, k.delivery_id as id
                          from (select distinct 'attempt' as what, a.delivery_id
                                  from attempt a where a.account_id = :account
                                 union all
                                select 'kept letter', m.delivery_id
                                  from delivery_message m where m.account_id = :account) k
                         where not exists (select from delivery d
                                            where d.account_id = :account and d.id = k.delivery_id)
                         union all
                        select 'place in the queue', 'an enrollment', u.enrollment_id
                          from enrollment_queue u
                         where u.account_id = :account
                           and not exists (select from enrollment e
                                            where e.account_id = :account and e.id = u.enrollment_id)
                        """)
                .bind("account", account)
                .map((row, _) -> new Stray(row.getString("what"), row.getString("owner"), row.getLong("id")))
                .list();
    }

    /// Deliveries that may have arrived, and could not be sent again as they were.
    List<Long> lostLetters(Tx tx, AccountId account) {
        return tx.query("""
                        select d.id
                          from delivery_queue u
                          join delivery d on d.account_id = :account and d.id = u.delivery_id
                         where u.account_id = :account
                           and (d.at_dot and d.owner is not null or not d.at_dot and d.state = 'uncertain')
                           and not exists (select from delivery_message m
                                            where m.account_id = :account and m.delivery_id = d.id)
                           and not (d.at_dot
                                    and exists (select from letter_slot l
                                                 where l.account_id = :account and l.owner = d.owner
                                                   and l.delivery_id = d.id))
                        """).bind("account", account).mapTo(Long.class).list();
    }

    /// Deliveries whose kept letter nobody can read, because what it was told from is gone.
    List<Long> unreadableLetters(Tx tx, AccountId account) {
        return tx.query("""
                        select k.delivery_id
                          from (select m.delivery_id, m.source_id
                                  from delivery_message m where m.account_id = :account
                                 union all
                                select l.delivery_id, l.source_id
                                  from letter_slot l
                                  join delivery d
                                    on d.account_id = :account and d.id = l.delivery_id and d.at_dot
                                   and d.owner = l.owner
                                 where l.account_id = :account) k
                         where k.source_id is not null
                           and not exists (select from message_source s
                                            where s.account_id = :account and s.id = k.source_id)
                        """).bind("account", account).mapTo(Long.class).list();
    }
}
