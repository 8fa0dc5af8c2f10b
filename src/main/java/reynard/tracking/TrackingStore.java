package reynard.tracking;

import static reynard.db.Rows.optionalInstant;

import java.time.Instant;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /// An email that has gone out, as far as it matters for what is done with it.
    ///
    /// @param settledAt when its relay took it; empty while that is not on record yet
    record Sent(SubscriberId subscriber, Optional<Instant> settledAt) {}

    Map<DeliveryId, Sent> deliveries(Tx tx, AccountId account, Collection<DeliveryId> ids) {
        var found = new HashMap<DeliveryId, Sent>();
        tx.query("""
                        select d.id, d.subscriber_id, d.settled_at
                          from delivery d
                         where d.account_id = :account and d.id = any(:ids)
                        """)
                .bind("account", account)
                .bind("ids", longs(ids))
                .map((row, _) -> Map.entry(
                        new DeliveryId(row.getLong("id")),
                        new Sent(new SubscriberId(row.getLong("subscriber_id")), optionalInstant(row, "settled_at"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    record Open(DeliveryId delivery, Instant at, long id, SubscriberId subscriber, Optional<Machine> machine) {}

    void insertOpens(Tx tx, AccountId account, List<Open> opens) {
        if (opens.isEmpty()) {
            return;
        }
        var batch = tx.batch("""
                insert into email_open (account_id, delivery_id, at, id, subscriber_id, machine)
                values (:account, :delivery, :at, :id, :subscriber, :machine)
                """);
        for (var open : opens) {
            batch.bind("account", account)
                    .bind("delivery", open.delivery())
                    .bind("at", open.at())
                    .bind("id", open.id())
                    .bind("subscriber", open.subscriber())
                    .bind("machine", open.machine().map(Machine::wireName).orElse(null))
                    .add();
        }
        batch.execute();
    }

    record Click(
            DeliveryId delivery,
            Instant at,
            long id,
            SubscriberId subscriber,
            LinkId link,
            Optional<Machine> machine) {}

    void insertClicks(Tx tx, AccountId account, List<Click> clicks) {
        if (clicks.isEmpty()) {
            return;
        }
        var batch = tx.batch("""
                insert into email_click (account_id, delivery_id, at, id, subscriber_id, link_id, machine)
                values (:account, :delivery, :at, :id, :subscriber, :link, :machine)
                """);
        for (var click : clicks) {
            batch.bind("account", account)
                    .bind("delivery", click.delivery())
                    .bind("at", click.at())
                    .bind("id", click.id())
                    .bind("subscriber", click.subscriber())
                    .bind("link", click.link())
                    .bind("machine", click.machine().map(Machine::wireName).orElse(null))
                    .add();
        }
        batch.execute();
    }

    void markOpened(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        mark(tx, account, firsts, """
                update delivery d
                   set opened_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.opened_at is null
                """);
    }

    void markMachineOpened(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        mark(tx, account, firsts, """
                update delivery d
                   set machine_opened_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.machine_opened_at is null
                """);
    }

    void markClicked(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        mark(tx, account, firsts, """
                update delivery d
                   set clicked_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.clicked_at is null
                """);
    }

    void markMachineClicked(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts) {
        mark(tx, account, firsts, """
                update delivery d
                   set machine_clicked_at = f.at
                  from unnest(:ids::bigint[], :times::text[]::timestamptz[]) f (id, at)
                 where d.account_id = :account and d.id = f.id and d.machine_clicked_at is null
                """);
    }

    private static void mark(Tx tx, AccountId account, Map<DeliveryId, Instant> firsts, String statement) {
        if (firsts.isEmpty()) {
            return;
        }
        // In one order, so that two nodes do not wait for each other.
        var ids = firsts.keySet().stream().map(DeliveryId::value).sorted().toArray(Long[]::new);
        var times = Arrays.stream(ids)
                .map(id -> String.valueOf(firsts.get(new DeliveryId(id))))
                .toArray(String[]::new);
        tx.update(statement)
                .bind("account", account)
                .bind("ids", ids)
                .bind("times", times)
                .execute();
    }

    private static Long[] longs(Collection<? extends Id> ids) {
        return ids.stream().map(Id::value).distinct().toArray(Long[]::new);
    }
}
