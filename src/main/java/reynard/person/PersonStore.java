package reynard.person;

import static java.util.Map.entry;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.Secrets;
import reynard.db.Rows;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SubscriberId;

/// Every statement that gathers or erases what is known of one person. It reads the tables of all rooms, and
/// `ClassificationTest` holds it against the schema: a column that nobody has classified fails the build.
final class PersonStore {
    /// What an export has, in its order: one JSON object per row.
    static final Map<String, String> SECTIONS = ordered(
            entry("profile", """
                    select s.id, s.email_address, s.first_name, s.state, s.state_changed_at, s.created_at, s.updated_at,
                           s.source_type, s.source_id, s.source_name, s.source_mechanism, s.source_mechanism_id,
                           s.referrer,
                           (select jsonb_object_agg(f.key, s.fields -> f.id::text)
                              from custom_field f
                             where f.account_id = :account and jsonb_exists(s.fields, f.id::text)) as fields
                      from subscriber s
                     where s.account_id = :account and s.id = :id
                    """),
            entry("location", """
                    select l.city, l.state_province, l.country_code, l.latitude, l.longitude, l.time_zone, l.pinned_at
                      from subscriber_location l
                     where l.account_id = :account and l.subscriber_id = :id
                    """),
            entry("wishes", """
                    select w.kind, w.pause_until, w.wished_at
                      from reader_wish w
                     where w.account_id = :account and w.subscriber_id = :id
                    """),
            entry("consents", """
                    select c.source, c.form_id, c.text_shown, c.statement, c.page, c.client_address, c.user_agent,
                           c.asked_at, c.confirmed_at
                      from consent c
                     where c.account_id = :account and c.subscriber_id = :id
                     order by c.id
                    """),
            entry("signups", """
                    select s.form_id, s.first_name, s.referrer, s.page, s.text_shown, s.client_address, s.user_agent,
                           s.asked_at, s.confirmed_at
                      from signup s
                     where s.account_id = :account and s.subscriber_id = :id
                     order by s.id
                    """),
            entry("address_changes", """
                    select c.new_address, c.old_address, c.asked_at, c.confirmed_at
                      from address_change c
                     where c.account_id = :account and c.subscriber_id = :id
                     order by c.id
                    """),
            entry("tags", """
                    select t.id, t.name, w.tagged_at
                      from tagging w
                      join tag t on t.account_id = :account and t.id = w.tag_id
                     where w.account_id = :account and w.subscriber_id = :id
                     order by w.tagged_at, t.id
                    """),
            entry("forms", """
                    select f.id, f.name, m.referrer, m.added_at
                      from form_member m
                      join form f on f.account_id = :account and f.id = m.form_id
                     where m.account_id = :account and m.subscriber_id = :id
                     order by m.added_at, f.id
                    """),
            entry("sequences", """
                    select q.id, q.name, e.run, e.source, e.state, e.added_at, e.due_at, e.finished_at, e.finish_reason,
                           e.created_at
                      from enrollment e
                      join sequence q on q.account_id = :account and q.id = e.sequence_id
                     where e.account_id = :account and e.subscriber_id = :id
                     order by e.id
                    """),
            entry("past_runs", """
                    select e.sequence_id, p.run, p.source, p.state, p.added_at, p.ended_at
                      from enrollment_past_run p
                      join enrollment e on e.account_id = :account and e.id = p.enrollment_id
                     where p.account_id = :account and e.subscriber_id = :id
                     order by p.enrollment_id, p.run
                    """),
            entry("emails", """
                    select d.id, d.kind, d.purpose, d.recipient, d.sequence_id, d.sequence_email_id, d.broadcast_id,
                           case when d.owner is null then d.state when d.at_dot then 'at_dot' else 'claimed' end as state,
                           d.due_at, d.created_at, d.settled_at, d.attempts, d.reason, d.detail, d.reply, d.opened_at,
                           d.clicked_at, d.machine_opened_at, d.machine_clicked_at, d.bounced_at, d.left_at, d.departure
                      from delivery d
                     where d.account_id = :account
                       and (d.subscriber_id = :id or lower(d.recipient) = lower(:address))
                     order by d.id
                    """),
            entry("attempts", """
                    select a.delivery_id, a.number, a.at, a.outcome, a.stage, a.reply
                      from attempt a
                      join delivery d on d.account_id = :account and d.id = a.delivery_id
                     where a.account_id = :account
                       and (d.subscriber_id = :id or lower(d.recipient) = lower(:address))
                     order by a.delivery_id, a.number
                    """),
            entry("decisions", """
                    select c.delivery_id, c.at, c.verdict, c.state, c.reason, c.note
                      from decision c
                      join delivery d on d.account_id = :account and d.id = c.delivery_id
                     where c.account_id = :account
                       and (d.subscriber_id = :id or lower(d.recipient) = lower(:address))
                     order by c.delivery_id, c.at
                    """),
            entry("opens", """
                    select o.delivery_id, o.at, o.machine
                      from email_open o
                     where o.account_id = :account and o.subscriber_id = :id
                     order by o.at, o.id
                    """),
            entry("clicks", """
                    select c.delivery_id, c.at, c.machine, l.url
                      from email_click c
                      join link l on l.account_id = :account and l.id = c.link_id
                     where c.account_id = :account and c.subscriber_id = :id
                     order by c.at, c.id
                    """),
            entry("link_triggers", """
                    select e.link_trigger_id, t.name, e.at
                      from link_trigger_effect e
                      join link_trigger t on t.account_id = :account and t.id = e.link_trigger_id
                     where e.account_id = :account and e.subscriber_id = :id
                     order by e.at, e.link_trigger_id
                    """),
            entry("reports", """
                    select f.delivery_id, f.source, f.verdict, f.recipient, f.status, f.diagnostic, f.received_at
                      from feedback f
                     where f.account_id = :account and f.subscriber_id = :id
                     order by f.id
                    """),
            entry("suppressions", """
                    select x.address, x.reason, x.evidence, x.created_at
                      from suppression x
                     where x.account_id = :account and (x.subscriber_id = :id or x.address = lower(:address))
                    """),
            entry("past_suppressions", """
                    select r.address, r.reason, r.evidence, r.created_at, r.removed_at, r.note
                      from suppression_removal r
                     where r.account_id = :account and r.address = lower(:address)
                     order by r.removed_at
                    """),
            entry("purchases", """
                    select p.id, p.transaction_id, p.status, p.currency, p.transaction_time, p.subtotal, p.tax,
                           p.shipping, p.discount, p.total, p.created_at,
                           (select jsonb_agg(jsonb_build_object(
                                       'lid', i.lid, 'name', i.name, 'quantity', i.quantity,
                                       'unit_price', i.unit_price, 'sku', i.sku) order by i.position)
                              from purchase_product i
                             where i.account_id = :account and i.purchase_id = p.id) as products
                      from purchase p
                     where p.account_id = :account and p.subscriber_id = :id
                     order by p.id
                    """));

    @SafeVarargs
    private static Map<String, String> ordered(Map.Entry<String, String>... entries) {
        var map = new LinkedHashMap<String, String>();
        for (var entry : entries) {
            map.put(entry.getKey(), entry.getValue());
        }
        return java.util.Collections.unmodifiableMap(map);
    }

    Map<String, List<String>> export(Tx tx, AccountId account, SubscriberId id, String address) {
        var sections = new LinkedHashMap<String, List<String>>();
        SECTIONS.forEach((name, sql) -> sections.put(
                name,
                tx.query("with x as (" + sql + ") select to_jsonb(x)::text from x")
                        .bind("account", account)
                        .bind("id", id)
                        .bind("address", address)
                        .mapTo(String.class)
                        .list()));
        return sections;
    }

    /// Remembers that somebody is to be erased.
    ///
    /// @return since when they are
    Instant ask(Tx tx, AccountId account, SubscriberId id, Instant now) {
        tx.update("""
                        insert into erasure (account_id, subscriber_id, asked_at) values (:account, :id, :now)
                        on conflict do nothing
                        """).bind("account", account).bind("id", id).bind("now", now).execute();
        return tx.query("select e.asked_at from erasure e where e.account_id = :account and e.subscriber_id = :id")
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> Rows.instant(row, "asked_at"))
                .one();
    }

    record Waiting(AccountId account, SubscriberId subscriber) {}

    /// Some of those who are to be erased, of every account.
    List<Waiting> waiting(Tx tx) {
        return tx.query("""
                        select c.account_id, e.subscriber_id
                          from account_clock c
                         cross join lateral (
                              select e.subscriber_id
                                from erasure e
                               where e.account_id = c.account_id
                               order by e.subscriber_id
                               limit 100) e
                        """)
                .map((row, _) -> new Waiting(
                        new AccountId(row.getLong("account_id")), new SubscriberId(row.getLong("subscriber_id"))))
                .list();
    }

    /// Whether a node holds an email to them or a webhook of an account at this moment. Nobody takes one before this
    /// transaction ends.
    boolean isOnItsWay(Tx tx, AccountId account, SubscriberId id, String address) {
        var owners = tx.query("""
                        select d.owner is not null
                          from delivery d
                         where d.account_id = :account
                           and (d.subscriber_id = :id or lower(d.recipient) = lower(:address))
                           for update
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("address", address)
                .mapTo(Boolean.class)
                .list();
        return owners.contains(true)
                || tx.query("""
                                select exists (
                                    select from webhook_delivery w
                                     where w.account_id = :account and w.owner is not null
                                       and position(lower(:address) in lower(w.body)) > 0)
                                """)
                        .bind("account", account)
                        .bind("address", address)
                        .mapTo(Boolean.class)
                        .one();
    }

    /// What is told or is to be told to another server.
    record Told(long id, String json) {}

    /// Those that may mean the person; some mean another.
    List<Told> webhookEvents(Tx tx, AccountId account, String address, SubscriberId id) {
        return tx.query("""
                        select e.id, e.data as json
                          from webhook_event e
                         where e.account_id = :account
                           and (position(lower(:address) in lower(e.data)) > 0 or position(:idText in e.data) > 0)
                           for update
                        """)
                .bind("account", account)
                .bind("address", address)
                .bind("idText", Long.toString(id.value()))
                .map((row, _) -> new Told(row.getLong("id"), row.getString("json")))
                .list();
    }

    void deleteWebhookEvent(Tx tx, AccountId account, long event) {
        tx.update("delete from webhook_event where account_id = :account and id = :event")
                .bind("account", account)
                .bind("event", event)
                .execute();
    }

    List<Told> webhookDeliveries(Tx tx, AccountId account, String address, SubscriberId id) {
        return tx.query("""
                        select w.id, w.body as json
                          from webhook_delivery w
                         where w.account_id = :account
                           and (position(lower(:address) in lower(w.body)) > 0 or position(:idText in w.body) > 0)
                           for update
                        """)
                .bind("account", account)
                .bind("address", address)
                .bind("idText", Long.toString(id.value()))
                .map((row, _) -> new Told(row.getLong("id"), row.getString("json")))
                .list();
    }

    /// @param body empty: nothing is left to tell
    void rewriteWebhookDelivery(Tx tx, AccountId account, long delivery, Optional<String> body) {
        if (body.isEmpty()) {
            tx.update("delete from webhook_delivery where account_id = :account and id = :delivery")
                    .bind("account", account)
                    .bind("delivery", delivery)
                    .execute();
            return;
        }
        tx.update("update webhook_delivery set body = :body where account_id = :account and id = :delivery")
                .bind("account", account)
                .bind("delivery", delivery)
                .bind("body", body.get())
                .execute();
        // What a receiver has answered may repeat what it was told.
        tx.update("""
                        update webhook_attempt set response_body = null
                         where account_id = :account and delivery_id = :delivery
                        """).bind("account", account).bind("delivery", delivery).execute();
    }

    /// Everything else, in this order: what stays is written before that which it is made of goes.
    void erase(Tx tx, AccountId account, SubscriberId id, String address, String erasedKey) {
        var tokens = tx.query("""
                        select d.token from delivery d
                         where d.account_id = :account
                           and (d.subscriber_id = :id or lower(d.recipient) = lower(:address))
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("address", address)
                .mapTo(String.class)
                .list();
        for (var token : tokens) {
            tx.update("""
                            insert into erased_link (account_id, token_hash) values (:account, :hash)
                            on conflict do nothing
                            """)
                    .bind("account", account)
                    .bind("hash", Secrets.sha256(token))
                    .execute();
        }
        keepHash(tx, account, id, address, erasedKey);
        uncount(tx, account, id, address);
        leaveQueue(tx, account, id);
        for (var statement : ERASURES) {
            tx.update(statement)
                    .bind("account", account)
                    .bind("id", id)
                    .bind("address", address)
                    .execute();
        }
    }

    /// Nobody writes to the queue who does not hold the enrollment, so what is read once all are held is all there is.
    private static void leaveQueue(Tx tx, AccountId account, SubscriberId id) {
        var enrollments = tx.query("""
                        select e.id from enrollment e
                         where e.account_id = :account and e.subscriber_id = :id
                         order by e.id
                           for update
                        """)
                .bind("account", account)
                .bind("id", id)
                .mapTo(Long.class)
                .list();
        tx.update("delete from enrollment_queue where account_id = :account and enrollment_id = any(:enrollments)")
                .bind("account", account)
                .bind("enrollments", enrollments.toArray(Long[]::new))
                .execute();
    }

    /// They have left the list just now or before, so their address is suppressed.
    private static void keepHash(Tx tx, AccountId account, SubscriberId id, String address, String erasedKey) {
        tx.update("""
                        delete from suppression x where x.account_id = :account and x.address = :key
                        """).bind("account", account).bind("key", erasedKey).execute();
        tx.update("""
                        update suppression x
                           set address = :key, evidence = '', subscriber_id = null
                         where x.account_id = :account and x.subscriber_id = :id
                           and x.id = (select max(y.id) from suppression y
                                        where y.account_id = :account and y.subscriber_id = :id)
                        """)
                .bind("account", account)
                .bind("key", erasedKey)
                .bind("id", id)
                .execute();
        tx.update("""
                        delete from suppression x
                         where x.account_id = :account and (x.subscriber_id = :id or x.address = lower(:address))
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("address", address)
                .execute();
    }

    /// What they opened and clicked is not counted any more, as their emails are not. Opens are forgotten by and by
    /// (`email_open`); of those no more is taken off than is known of.
    private static void uncount(Tx tx, AccountId account, SubscriberId id, String address) {
        for (var statement : List.of("""
                with gone as (
                    select coalesce(d.broadcast_id, d.sequence_email_id) as email_id,
                           count(d.opened_at) as opened, count(d.machine_opened_at) as machine_opened,
                           count(d.clicked_at) as clicked, count(d.machine_clicked_at) as machine_clicked,
                           sum((select count(*) from email_open o
                                 where o.account_id = :account and o.delivery_id = d.id
                                   and o.machine is null)) as opens,
                           sum((select count(*) from email_open o
                                 where o.account_id = :account and o.delivery_id = d.id
                                   and o.machine is not null)) as machine_opens,
                           sum((select coalesce(sum(v.clicks), 0) from link_visit v
                                 where v.account_id = :account and v.delivery_id = d.id)) as clicks,
                           sum((select coalesce(sum(v.machine_clicks), 0) from link_visit v
                                 where v.account_id = :account and v.delivery_id = d.id)) as machine_clicks
                      from delivery d
                     where d.account_id = :account
                       and (d.subscriber_id = :id or lower(d.recipient) = lower(:address))
                       and d.kind <> 'notice'
                     group by coalesce(d.broadcast_id, d.sequence_email_id))
                update email_tally t
                   set opened = t.opened - gone.opened, opens = greatest(0, t.opens - gone.opens),
                       machine_opened = t.machine_opened - gone.machine_opened,
                       machine_opens = greatest(0, t.machine_opens - gone.machine_opens),
                       clicked = t.clicked - gone.clicked, clicks = greatest(0, t.clicks - gone.clicks),
                       machine_clicked = t.machine_clicked - gone.machine_clicked,
                       machine_clicks = greatest(0, t.machine_clicks - gone.machine_clicks)
                  from gone
                 where t.account_id = :account and t.email_id = gone.email_id
                """, """
                with gone as (
                    select coalesce(d.broadcast_id, d.sequence_email_id) as email_id, v.link_id,
                           count(*) filter (where v.clicks > 0) as visitors,
                           sum(v.clicks) as clicks, sum(v.machine_clicks) as machine_clicks
                      from delivery d
                      join link_visit v on v.account_id = :account and v.delivery_id = d.id
                     where d.account_id = :account
                       and (d.subscriber_id = :id or lower(d.recipient) = lower(:address))
                       and d.kind <> 'notice'
                     group by coalesce(d.broadcast_id, d.sequence_email_id), v.link_id)
                update link_tally t
                   set visitors = t.visitors - gone.visitors, clicks = greatest(0, t.clicks - gone.clicks),
                       machine_clicks = greatest(0, t.machine_clicks - gone.machine_clicks)
                  from gone
                 where t.account_id = :account and t.email_id = gone.email_id and t.link_id = gone.link_id
                """)) {
            tx.update(statement)
                    .bind("account", account)
                    .bind("id", id)
                    .bind("address", address)
                    .execute();
        }
    }

    boolean isErasedLink(Tx tx, AccountId account, String token) {
        return tx.query("""
                        select exists (select from erased_link l
                                        where l.account_id = :account and l.token_hash = :hash)
                        """)
                .bind("account", account)
                .bind("hash", Secrets.sha256(token))
                .mapTo(Boolean.class)
                .one();
    }

    /// What refers to a subscriber goes with them (`on delete cascade`); the rest is named here, as is what has no
    /// foreign key.
    private static final List<String> ERASURES = List.of("""
            delete from suppression_removal r where r.account_id = :account and r.address = lower(:address)
            """, """
            delete from signup_address a
             where a.account_id = :account
               and a.counted_as in (select s.counted_as from signup s
                                     where s.account_id = :account and s.subscriber_id = :id
                                     union
                                    select c.counted_as from address_change c
                                     where c.account_id = :account and c.subscriber_id = :id)
            """, """
            update repetition r set answer = null where r.account_id = :account
            """, """
            delete from inbox_message m
             where m.account_id = :account
               and (lower(m.recipient) = lower(:address)
                    or lower(m.recipient) in (select lower(unnest(array[c.old_address, c.new_address]))
                                                from address_change c
                                               where c.account_id = :account and c.subscriber_id = :id))
            """, """
            with gone as (
                delete from delivery d
                 where d.account_id = :account
                   and (d.subscriber_id = :id or lower(d.recipient) = lower(:address)
                        or lower(d.recipient) in (select lower(unnest(array[c.old_address, c.new_address]))
                                                    from address_change c
                                                   where c.account_id = :account and c.subscriber_id = :id))
                returning d.id),
            tried as (
                delete from attempt a using gone where a.account_id = :account and a.delivery_id = gone.id),
            at_dot as (
                delete from letter_slot l using gone where l.account_id = :account and l.delivery_id = gone.id)
            delete from delivery_message m using gone where m.account_id = :account and m.delivery_id = gone.id
            """, """
            delete from subscriber s where s.account_id = :account and s.id = :id
            """);
}
