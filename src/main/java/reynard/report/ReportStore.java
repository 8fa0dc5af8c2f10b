package reynard.report;

import static reynard.db.Rows.optionalInstant;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.Id;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// Every statement of the room.
final class ReportStore {
    /// What went out in the span is found by its accepted attempts; what was refused in it, by who left for that.
    Reports.EmailTotals emails(Tx tx, AccountId account, Span span) {
        return tx.query("""
                        with gone as (
                            select d.opened_at, d.clicked_at, d.departure
                              from attempt a
                              join delivery d
                                on d.account_id = :account and d.id = a.delivery_id and d.settled_at = a.at
                             where a.account_id = :account and a.outcome = 'accepted'
                               and a.at >= :from and a.at < :to
                               and d.state in ('sent', 'bounced') and d.kind <> 'notice'
                            union all
                            select d.opened_at, d.clicked_at, d.departure
                              from delivery d
                             where d.account_id = :account and d.departure = 'bounced'
                               and d.state not in ('sent', 'bounced') and d.kind <> 'notice'
                               and d.settled_at >= :from and d.settled_at < :to)
                        select count(*) as sent, count(g.opened_at) as opened, count(g.clicked_at) as clicked,
                               count(*) filter (where g.departure = 'unsubscribed') as unsubscribed,
                               count(*) filter (where g.departure = 'bounced') as bounced
                          from gone g
                        """)
                .bind("account", account)
                .bind("from", span.from())
                .bind("to", span.to())
                .map((row, _) -> new Reports.EmailTotals(
                        row.getLong("sent"),
                        row.getLong("opened"),
                        row.getLong("clicked"),
                        row.getLong("unsubscribed"),
                        row.getLong("bounced")))
                .one();
    }

    /// Whoever has confirmed at some time counts as new at their creation. Those there at the end are the active ones
    /// who were so already, and those who left after it.
    Reports.Growth growth(Tx tx, AccountId account, Span span) {
        return tx.query("""
                        select count(*) filter (
                                   where s.created_at >= :from and s.created_at < :to and s.state <> 'inactive') as new,
                               count(*) filter (
                                   where s.state = 'cancelled' and s.state_changed_at >= :from
                                     and s.state_changed_at < :to) as cancelled,
                               count(*) filter (
                                   where s.created_at < :to
                                     and (s.state = 'active' and s.state_changed_at < :to
                                          or s.state in ('cancelled', 'bounced', 'complained')
                                             and s.state_changed_at >= :to)) as present
                          from subscriber s
                         where s.account_id = :account
                        """)
                .bind("account", account)
                .bind("from", span.from())
                .bind("to", span.to())
                .map((row, _) ->
                        new Reports.Growth(row.getLong("new"), row.getLong("cancelled"), row.getLong("present")))
                .one();
    }

    Map<SubscriberId, Engagement> engagement(
            Tx tx, AccountId account, Collection<SubscriberId> subscribers, Instant after, Instant before) {
        var found = new HashMap<SubscriberId, Engagement>();
        tx.query("""
                        with gone as (
                            select d.id, d.subscriber_id, d.settled_at, d.opened_at, d.clicked_at, d.departure
                              from delivery d
                             where d.account_id = :account and d.subscriber_id = any(:subscribers)
                               and (d.state in ('sent', 'bounced') or d.departure = 'bounced') and d.kind <> 'notice'
                               and d.settled_at > :after and d.settled_at < :before),
                        opened as (
                            select g.subscriber_id, max(o.at) as at
                              from gone g
                              join email_open o on o.account_id = :account and o.delivery_id = g.id and o.machine is null
                             group by g.subscriber_id),
                        clicked as (
                            select g.subscriber_id, max(k.at) as at
                              from gone g
                              join email_click k on k.account_id = :account and k.delivery_id = g.id and k.machine is null
                             group by g.subscriber_id)
                        select g.subscriber_id, count(*) as sent, count(g.opened_at) as opened,
                               count(g.clicked_at) as clicked,
                               count(*) filter (where g.departure = 'bounced') as bounced,
                               max(g.settled_at) as last_sent, max(o.at) as last_opened, max(k.at) as last_clicked,
                               count(*) filter (where o.at is null or g.settled_at > o.at) as since_open,
                               count(*) filter (where k.at is null or g.settled_at > k.at) as since_click
                          from gone g
                          left join opened o on o.subscriber_id = g.subscriber_id
                          left join clicked k on k.subscriber_id = g.subscriber_id
                         group by g.subscriber_id
                        """)
                .bind("account", account)
                .bind("subscribers", subscribers.stream().map(Id::value).toArray(Long[]::new))
                .bind("after", after)
                .bind("before", before)
                .map((row, _) -> Map.entry(
                        new SubscriberId(row.getLong("subscriber_id")),
                        new Engagement(
                                row.getLong("sent"),
                                row.getLong("opened"),
                                row.getLong("clicked"),
                                row.getLong("bounced"),
                                optionalInstant(row, "last_sent"),
                                optionalInstant(row, "last_opened"),
                                optionalInstant(row, "last_clicked"),
                                row.getLong("since_open"),
                                row.getLong("since_click"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /// By the number of the span, which counts from 1; those in which nothing went out are missing.
    Map<Integer, Reports.DayTotals> byDay(
            Tx tx, AccountId account, SequenceId sequence, Optional<SequenceEmailId> email, List<Instant> starts) {
        var found = new HashMap<Integer, Reports.DayTotals>();
        tx.query("""
                        select width_bucket(d.settled_at, :starts::timestamptz[]) as day,
                               count(*) as sent, count(d.opened_at) as opened, count(d.clicked_at) as clicked,
                               count(*) filter (where d.departure = 'unsubscribed') as unsubscribed
                          from delivery d
                         where d.account_id = :account and d.sequence_id = :sequence
                           and (:email::bigint is null or d.sequence_email_id = :email)
                           and (d.state in ('sent', 'bounced') or d.departure = 'bounced') and d.kind <> 'notice'
                           and d.settled_at >= :from and d.settled_at < :to
                         group by 1
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("email", email.map(Id::value).orElse(null))
                .bind("starts", starts.stream().map(Instant::toString).toArray(String[]::new))
                .bind("from", starts.getFirst())
                .bind("to", starts.getLast())
                .map((row, _) -> Map.entry(
                        row.getInt("day"),
                        new Reports.DayTotals(
                                row.getLong("sent"),
                                row.getLong("opened"),
                                row.getLong("clicked"),
                                row.getLong("unsubscribed"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    List<Reports.Link> links(
            Tx tx, AccountId account, SequenceId sequence, Optional<SequenceEmailId> email, int limit) {
        return tx.query("""
                        select l.url, sum(t.visitors)::bigint as readers, sum(t.clicks)::bigint as clicks
                          from sequence_email e
                          join link_tally t on t.account_id = :account and t.email_id = e.id and t.visitors > 0
                          join link l on l.account_id = :account and l.id = t.link_id
                         where e.account_id = :account and e.sequence_id = :sequence
                           and (:email::bigint is null or e.id = :email)
                         group by l.url
                         order by readers desc, l.url
                         limit :limit
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("email", email.map(Id::value).orElse(null))
                .bind("limit", limit)
                .map((row, _) -> new Reports.Link(row.getString("url"), row.getLong("readers"), row.getLong("clicks")))
                .list();
    }
}
