package reynard.tracking;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalInstant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.Id;
import reynard.id.LinkId;
import reynard.id.SubscriberId;

/// Every statement about links, and about what is done with emails.
final class TrackingStore {
    Optional<LinkId> findLink(Tx tx, AccountId account, String url) {
        return tx.query("""
                        select l.id
                          from link l
                         where l.account_id = :account and md5(l.url) = md5(:url) and l.url = :url
                        """)
                .bind("account", account)
                .bind("url", url)
                .map((row, _) -> new LinkId(row.getLong("id")))
                .findOne();
    }

    void insertLink(Tx tx, AccountId account, LinkId id, String url) {
        tx.update("insert into link (account_id, id, url) values (:account, :id, :url) on conflict do nothing")
                .bind("account", account)
                .bind("id", id)
                .bind("url", url)
                .execute();
    }

    Optional<String> findUrl(Tx tx, AccountId account, LinkId id) {
        return tx.query("select l.url from link l where l.account_id = :account and l.id = :id")
                .bind("account", account)
                .bind("id", id)
                .mapTo(String.class)
                .findOne();
    }

    /// Makes room for what happens in a month. Its name and its bounds are not to be had as parameters.
    void createMonth(Tx tx, YearMonth month) {
        // Two nodes at once would both find nothing and then be in each other's way.
        tx.query("select pg_advisory_xact_lock(7301)").map((_, _) -> 0).one();
        for (var table : List.of("email_open", "email_click")) {
            tx.update(
                            "create table if not exists %s_%d_%02d partition of %s for values from ('%s-01 00:00+00') to ('%s-01 00:00+00')"
                                    .formatted(
                                            table,
                                            month.getYear(),
                                            month.getMonthValue(),
                                            table,
                                            month,
                                            month.plusMonths(1)))
                    .execute();
        }
    }

    /// Those that there is room for, oldest first.
    List<YearMonth> months(Tx tx) {
        return tx.query("""
                        select right(c.relname, 7) as month
                          from pg_inherits i
                          join pg_class c on c.oid = i.inhrelid
                          join pg_class p on p.oid = i.inhparent
                         where p.relname = 'email_open' and c.relname ~ '^email_open_[0-9]{4}_[0-9]{2}$'
                         order by c.relname
                        """)
                .map((row, _) -> YearMonth.parse(row.getString("month").replace('_', '-')))
                .list();
    }

    /// Everything that happened in a month goes.
    void dropMonth(Tx tx, YearMonth month) {
        for (var table : List.of("email_open", "email_click")) {
            tx.update("drop table if exists %s_%d_%02d".formatted(table, month.getYear(), month.getMonthValue()))
                    .execute();
        }
    }

    /// From here on the transaction is committed without waiting for the disk. Where a distributed PostgreSQL does not
    /// know of it, it waits.
    void commitWithoutWaiting(Tx tx) {
        tx.update("set local synchronous_commit = off").execute();
    }

    /// An email that has gone out, as far as it matters for what is done with it.
    ///
    /// @param email the sequence's email or the broadcast that it is a copy of
    /// @param settledAt when its relay took it; empty while that is not on record yet
    record Sent(SubscriberId subscriber, Optional<Long> email, Optional<Instant> settledAt) {}

    Map<DeliveryId, Sent> deliveries(Tx tx, AccountId account, Collection<DeliveryId> ids) {
        var found = new HashMap<DeliveryId, Sent>();
        tx.query("""
                        select d.id, d.subscriber_id, d.settled_at,
                               coalesce(d.broadcast_id, d.sequence_email_id) as email_id
                          from delivery d
                         where d.account_id = :account and d.id = any(:ids) and d.subscriber_id is not null
                        """)
                .bind("account", account)
                .bind("ids", longs(ids))
                .map((row, _) -> Map.entry(
                        new DeliveryId(row.getLong("id")),
                        new Sent(
                                new SubscriberId(row.getLong("subscriber_id")),
                                Optional.ofNullable(nullableLong(row, "email_id")),
                                optionalInstant(row, "settled_at"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    record Open(DeliveryId delivery, Instant at, long id, SubscriberId subscriber, Optional<Machine> machine) {}

    /// @return the ids of those that were not written down before
    Set<Long> insertOpens(Tx tx, AccountId account, List<Open> opens) {
        if (opens.isEmpty()) {
            return Set.of();
        }
        return tx.query("""
                        insert into email_open (account_id, delivery_id, at, id, subscriber_id, machine)
                        select :account, n.delivery_id, n.at, n.id, n.subscriber_id, n.machine
                          from unnest(:deliveries::bigint[], :times::text[]::timestamptz[], :ids::bigint[],
                                      :subscribers::bigint[], :machines::text[])
                               n (delivery_id, at, id, subscriber_id, machine)
                        on conflict do nothing
                        returning id
                        """)
                .bind("account", account)
                .bind("deliveries", longs(opens, open -> open.delivery().value()))
                .bind("times", texts(opens, open -> open.at().toString()))
                .bind("ids", longs(opens, Open::id))
                .bind("subscribers", longs(opens, open -> open.subscriber().value()))
                .bind("machines", texts(opens, open -> machine(open.machine())))
                .mapTo(Long.class)
                .set();
    }

    record Click(
            DeliveryId delivery,
            Instant at,
            long id,
            SubscriberId subscriber,
            LinkId link,
            Optional<Machine> machine) {}

    /// @return the ids of those that were not written down before
    Set<Long> insertClicks(Tx tx, AccountId account, List<Click> clicks) {
        if (clicks.isEmpty()) {
            return Set.of();
        }
        return tx.query("""
                        insert into email_click (account_id, delivery_id, at, id, subscriber_id, link_id, machine)
                        select :account, n.delivery_id, n.at, n.id, n.subscriber_id, n.link_id, n.machine
                          from unnest(:deliveries::bigint[], :times::text[]::timestamptz[], :ids::bigint[],
                                      :subscribers::bigint[], :links::bigint[], :machines::text[])
                               n (delivery_id, at, id, subscriber_id, link_id, machine)
                        on conflict do nothing
                        returning id
                        """)
                .bind("account", account)
                .bind("deliveries", longs(clicks, click -> click.delivery().value()))
                .bind("times", texts(clicks, click -> click.at().toString()))
                .bind("ids", longs(clicks, Click::id))
                .bind("subscribers", longs(clicks, click -> click.subscriber().value()))
                .bind("links", longs(clicks, click -> click.link().value()))
                .bind("machines", texts(clicks, click -> machine(click.machine())))
                .mapTo(Long.class)
                .set();
    }

    private static @Nullable String machine(Optional<Machine> machine) {
        return machine.map(Machine::wireName).orElse(null);
    }

    /// Clicks that nothing gives away by themselves, both ends inclusive.
    List<Burst.Click> clicksBetween(
            Tx tx, AccountId account, Collection<DeliveryId> deliveries, Instant from, Instant to) {
        return tx.query("""
                        select c.delivery_id, c.link_id, c.at, c.id
                          from email_click c
                         where c.account_id = :account and c.delivery_id = any(:deliveries)
                           and c.at >= :from and c.at <= :to and (c.machine is null or c.machine = 'all_at_once')
                        """)
                .bind("account", account)
                .bind("deliveries", longs(deliveries))
                .bind("from", from)
                .bind("to", to)
                .map((row, _) -> click(row))
                .list();
    }

    /// @return those that were a person's so far
    List<Burst.Click> turnIntoMachines(
            Tx tx,
            AccountId account,
            Collection<DeliveryId> deliveries,
            Instant from,
            Instant to,
            Collection<Long> clicks) {
        return tx.query("""
                        update email_click
                           set machine = 'all_at_once'
                         where account_id = :account and delivery_id = any(:deliveries) and at >= :from and at <= :to
                           and id = any(:ids) and machine is null
                        returning delivery_id, link_id, at, id
                        """)
                .bind("account", account)
                .bind("deliveries", longs(deliveries))
                .bind("from", from)
                .bind("to", to)
                .bind("ids", clicks.toArray(Long[]::new))
                .map((row, _) -> click(row))
                .list();
    }

    private static Burst.Click click(ResultSet row) throws SQLException {
        return new Burst.Click(
                new DeliveryId(row.getLong("delivery_id")),
                new LinkId(row.getLong("link_id")),
                instant(row, "at"),
                row.getLong("id"));
    }

    /// How often one link in one reader's copy was followed.
    record Visits(int clicks, int machineClicks) {
        record Key(DeliveryId delivery, LinkId link) implements Comparable<Key> {
            @Override
            public int compareTo(Key other) {
                int byDelivery = Long.compare(delivery.value(), other.delivery.value());
                return byDelivery != 0 ? byDelivery : Long.compare(link.value(), other.link.value());
            }
        }

        Visits plus(Visits other) {
            return new Visits(clicks + other.clicks, machineClicks + other.machineClicks);
        }
    }

    /// @param more in one order, so that two nodes do not wait for each other; so everywhere below
    /// @return as they are now
    Map<Visits.Key, Visits> addToVisits(Tx tx, AccountId account, Map<Visits.Key, Visits> more) {
        var now = new HashMap<Visits.Key, Visits>();
        tx.query("""
                        insert into link_visit (account_id, delivery_id, link_id, clicks, machine_clicks)
                        select :account, n.delivery_id, n.link_id, n.clicks, n.machine_clicks
                          from unnest(:deliveries::bigint[], :links::bigint[], :clicks::int[], :machineClicks::int[])
                               n (delivery_id, link_id, clicks, machine_clicks)
                        on conflict (account_id, delivery_id, link_id) do update
                           set clicks = link_visit.clicks + excluded.clicks,
                               machine_clicks = link_visit.machine_clicks + excluded.machine_clicks
                        returning delivery_id, link_id, clicks, machine_clicks
                        """)
                .bind("account", account)
                .bind("deliveries", longs(more.keySet(), key -> key.delivery().value()))
                .bind("links", longs(more.keySet(), key -> key.link().value()))
                .bind("clicks", more.values().stream().map(Visits::clicks).toArray(Integer[]::new))
                .bind(
                        "machineClicks",
                        more.values().stream().map(Visits::machineClicks).toArray(Integer[]::new))
                .map((row, _) -> Map.entry(
                        new Visits.Key(new DeliveryId(row.getLong("delivery_id")), new LinkId(row.getLong("link_id"))),
                        new Visits(row.getInt("clicks"), row.getInt("machine_clicks"))))
                .forEach(entry -> now.put(entry.getKey(), entry.getValue()));
        return now;
    }

    List<DeliveryId> markOpened(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        return mark(tx, account, firsts, """
                update delivery d
                   set opened_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.opened_at is null
                returning d.id
                """);
    }

    List<DeliveryId> markMachineOpened(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        return mark(tx, account, firsts, """
                update delivery d
                   set machine_opened_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.machine_opened_at is null
                returning d.id
                """);
    }

    List<DeliveryId> markClicked(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        return mark(tx, account, firsts, """
                update delivery d
                   set clicked_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.clicked_at is null
                returning d.id
                """);
    }

    List<DeliveryId> markMachineClicked(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        return mark(tx, account, firsts, """
                update delivery d
                   set machine_clicked_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.machine_clicked_at is null
                returning d.id
                """);
    }

    private static List<DeliveryId> mark(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts, String statement) {
        if (firsts.isEmpty()) {
            return List.of();
        }
        var ids = firsts.keySet().stream().map(DeliveryId::value).sorted().toArray(Long[]::new);
        var times = Arrays.stream(ids)
                .map(id -> String.valueOf(firsts.get(new DeliveryId(id))))
                .toArray(String[]::new);
        return tx.query(statement)
                .bind("account", account)
                .bind("ids", ids)
                .bind("times", times)
                .map((row, _) -> new DeliveryId(row.getLong("id")))
                .list();
    }

    /// Some clicks of these emails have turned out to be a machine's: the first of a person is another one, or none.
    ///
    /// @return those that no person has clicked in any more
    List<DeliveryId> unclick(Tx tx, AccountId account, Collection<DeliveryId> deliveries) {
        var firsts = new HashMap<DeliveryId, Instant>();
        tx.query("""
                        select c.delivery_id, min(c.at) as at
                          from email_click c
                         where c.account_id = :account and c.delivery_id = any(:deliveries) and c.machine is null
                         group by c.delivery_id
                        """)
                .bind("account", account)
                .bind("deliveries", longs(deliveries))
                .map((row, _) -> Map.entry(new DeliveryId(row.getLong("delivery_id")), instant(row, "at")))
                .forEach(entry -> firsts.put(entry.getKey(), entry.getValue()));
        mark(tx, account, firsts, """
                update delivery d
                   set clicked_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.clicked_at is not null
                returning d.id
                """);
        return tx.query("""
                        update delivery d
                           set clicked_at = null
                         where d.account_id = :account and d.id = any(:deliveries) and d.clicked_at is not null
                        returning d.id
                        """)
                .bind("account", account)
                .bind(
                        "deliveries",
                        longs(deliveries.stream()
                                .filter(id -> !firsts.containsKey(id))
                                .toList()))
                .map((row, _) -> new DeliveryId(row.getLong("id")))
                .list();
    }

    void addToTallies(Tx tx, AccountId account, Map<Long, Tally> more) {
        if (more.isEmpty()) {
            return;
        }
        tx.update("""
                        insert into email_tally
                               (account_id, email_id, opened, opens, clicked, clicks,
                                machine_opened, machine_opens, machine_clicked, machine_clicks)
                        select :account, n.email_id, n.opened, n.opens, n.clicked, n.clicks,
                               n.machine_opened, n.machine_opens, n.machine_clicked, n.machine_clicks
                          from unnest(:emails::bigint[], :opened::bigint[], :opens::bigint[], :clicked::bigint[],
                                      :clicks::bigint[], :machineOpened::bigint[], :machineOpens::bigint[],
                                      :machineClicked::bigint[], :machineClicks::bigint[])
                               n (email_id, opened, opens, clicked, clicks,
                                  machine_opened, machine_opens, machine_clicked, machine_clicks)
                        on conflict (account_id, email_id) do update
                           set opened = email_tally.opened + excluded.opened,
                               opens = email_tally.opens + excluded.opens,
                               clicked = email_tally.clicked + excluded.clicked,
                               clicks = email_tally.clicks + excluded.clicks,
                               machine_opened = email_tally.machine_opened + excluded.machine_opened,
                               machine_opens = email_tally.machine_opens + excluded.machine_opens,
                               machine_clicked = email_tally.machine_clicked + excluded.machine_clicked,
                               machine_clicks = email_tally.machine_clicks + excluded.machine_clicks
                        """)
                .bind("account", account)
                .bind("emails", more.keySet().toArray(Long[]::new))
                .bind("opened", longs(more.values(), tally -> tally.people().opened()))
                .bind("opens", longs(more.values(), tally -> tally.people().opens()))
                .bind("clicked", longs(more.values(), tally -> tally.people().clicked()))
                .bind("clicks", longs(more.values(), tally -> tally.people().clicks()))
                .bind(
                        "machineOpened",
                        longs(more.values(), tally -> tally.machines().opened()))
                .bind(
                        "machineOpens",
                        longs(more.values(), tally -> tally.machines().opens()))
                .bind(
                        "machineClicked",
                        longs(more.values(), tally -> tally.machines().clicked()))
                .bind(
                        "machineClicks",
                        longs(more.values(), tally -> tally.machines().clicks()))
                .execute();
    }

    /// Of one link in one email.
    ///
    /// @param visitors copies from which a person followed it
    record LinkTally(long visitors, long clicks, long machineClicks) {
        record Key(long email, long link) implements Comparable<Key> {
            @Override
            public int compareTo(Key other) {
                int byEmail = Long.compare(email, other.email);
                return byEmail != 0 ? byEmail : Long.compare(link, other.link);
            }
        }

        LinkTally plus(LinkTally other) {
            return new LinkTally(visitors + other.visitors, clicks + other.clicks, machineClicks + other.machineClicks);
        }
    }

    void addToLinkTallies(Tx tx, AccountId account, Map<LinkTally.Key, LinkTally> more) {
        tx.update("""
                        insert into link_tally (account_id, email_id, link_id, visitors, clicks, machine_clicks)
                        select :account, n.email_id, n.link_id, n.visitors, n.clicks, n.machine_clicks
                          from unnest(:emails::bigint[], :links::bigint[], :visitors::bigint[], :clicks::bigint[],
                                      :machineClicks::bigint[])
                               n (email_id, link_id, visitors, clicks, machine_clicks)
                        on conflict (account_id, email_id, link_id) do update
                           set visitors = link_tally.visitors + excluded.visitors,
                               clicks = link_tally.clicks + excluded.clicks,
                               machine_clicks = link_tally.machine_clicks + excluded.machine_clicks
                        """)
                .bind("account", account)
                .bind("emails", longs(more.keySet(), LinkTally.Key::email))
                .bind("links", longs(more.keySet(), LinkTally.Key::link))
                .bind("visitors", longs(more.values(), LinkTally::visitors))
                .bind("clicks", longs(more.values(), LinkTally::clicks))
                .bind("machineClicks", longs(more.values(), LinkTally::machineClicks))
                .execute();
    }

    void insertNews(Tx tx, AccountId account, List<Click> clicks) {
        if (clicks.isEmpty()) {
            return;
        }
        tx.update("""
                        insert into click_news (account_id, id, due_at, subscriber_id, link_id, at)
                        select :account, n.id, n.due_at, n.subscriber_id, n.link_id, n.at
                          from unnest(:ids::bigint[], :dueTimes::text[]::timestamptz[], :subscribers::bigint[],
                                      :links::bigint[], :times::text[]::timestamptz[])
                               n (id, due_at, subscriber_id, link_id, at)
                        """)
                .bind("account", account)
                .bind("ids", longs(clicks, Click::id))
                .bind(
                        "dueTimes",
                        texts(clicks, click -> click.at().plus(Burst.WINDOW).toString()))
                .bind("subscribers", longs(clicks, click -> click.subscriber().value()))
                .bind("links", longs(clicks, click -> click.link().value()))
                .bind("times", texts(clicks, click -> click.at().toString()))
                .execute();
    }

    void deleteNews(Tx tx, AccountId account, Collection<Long> clicks) {
        tx.update("delete from click_news where account_id = :account and id = any(:ids)")
                .bind("account", account)
                .bind("ids", clicks.toArray(Long[]::new))
                .execute();
    }

    private static Long[] longs(Collection<? extends Id> ids) {
        return ids.stream().map(Id::value).distinct().toArray(Long[]::new);
    }

    private static <T> Long[] longs(Collection<T> rows, Function<T, Long> column) {
        return rows.stream().map(column).toArray(Long[]::new);
    }

    private static <T> @Nullable String[] texts(Collection<T> rows, Function<T, @Nullable String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
