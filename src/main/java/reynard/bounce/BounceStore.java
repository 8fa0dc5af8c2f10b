package reynard.bounce;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.feedback.Report;
import reynard.feedback.Verdict;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.FeedbackId;
import reynard.id.Id;
import reynard.id.SubscriberId;

/// Every statement of the room.
final class BounceStore {
    private static final Listing<KeptReport> NEWEST = new Listing<>(
            """
            select r.id, r.source, r.verdict, r.delivery_id, r.subscriber_id, r.recipient, r.status, r.diagnostic,
                   r.received_at
              from feedback r
             where r.account_id = :account
               and (:verdict::text is null or r.verdict = :verdict)
               and (:delivery::bigint is null or r.delivery_id = :delivery)
               and (:subscriber::bigint is null or r.subscriber_id = :subscriber)
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("r.id", "id")), (row, _) -> kept(row));

    Page<KeptReport> list(Tx tx, AccountId account, ReportFilter filter, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("verdict", filter.verdict().map(Verdict::wireName).orElse(null));
        parameters.put("delivery", filter.delivery().map(Id::value).orElse(null));
        parameters.put("subscriber", filter.subscriber().map(Id::value).orElse(null));
        return NEWEST.read(tx, parameters, page);
    }

    Optional<KeptReport> find(Tx tx, AccountId account, FeedbackId id) {
        return tx.query("""
                        select r.id, r.source, r.verdict, r.delivery_id, r.subscriber_id, r.recipient, r.status,
                               r.diagnostic, r.received_at
                          from feedback r
                         where r.account_id = :account and r.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> kept(row))
                .findOne();
    }

    byte[] raw(Tx tx, AccountId account, FeedbackId id) {
        return tx.query("select r.raw from feedback r where r.account_id = :account and r.id = :id")
                .bind("account", account)
                .bind("id", id)
                .mapTo(byte[].class)
                .one();
    }

    /// @return false when the report is here already
    boolean insert(Tx tx, AccountId account, KeptReport report, String sourceKey, byte[] raw) {
        return tx.update("""
                        insert into feedback
                               (account_id, id, source, source_key, verdict, delivery_id, subscriber_id, recipient,
                                status, diagnostic, received_at, raw)
                        values (:account, :id, :source, :sourceKey, :verdict, :delivery, :subscriber, :recipient,
                                :status, :diagnostic, :receivedAt, :raw)
                        on conflict (account_id, source, source_key) do nothing
                        """)
                        .bind("account", account)
                        .bind("id", report.id())
                        .bind("source", report.source().wireName())
                        .bind("sourceKey", sourceKey)
                        .bind("verdict", report.verdict().wireName())
                        .bind("delivery", report.delivery())
                        .bind("subscriber", report.subscriber().map(Id::value).orElse(null))
                        .bind("recipient", report.recipient().orElse(null))
                        .bind("status", report.status().orElse(null))
                        .bind("diagnostic", report.diagnostic())
                        .bind("receivedAt", report.receivedAt())
                        .bind("raw", raw)
                        .execute()
                == 1;
    }

    /// When reports of these verdicts about a subscriber came, since an instant, oldest first; one for each delivery.
    List<Instant> times(Tx tx, AccountId account, SubscriberId subscriber, List<Verdict> verdicts, Instant since) {
        return tx.query("""
                        select min(r.received_at) as at
                          from feedback r
                         where r.account_id = :account and r.subscriber_id = :subscriber
                           and r.verdict = any(:verdicts) and r.received_at > :since
                         group by r.delivery_id
                         order by at
                        """)
                .bind("account", account)
                .bind("subscriber", subscriber)
                .bind("verdicts", verdicts.stream().map(Verdict::wireName).toArray(String[]::new))
                .bind("since", since)
                .map((row, _) -> instant(row, "at"))
                .list();
    }

    private static KeptReport kept(ResultSet row) throws SQLException {
        return new KeptReport(
                new FeedbackId(row.getLong("id")),
                Report.Source.valueOf(row.getString("source").toUpperCase(Locale.ROOT)),
                Verdict.valueOf(row.getString("verdict").toUpperCase(Locale.ROOT)),
                new DeliveryId(row.getLong("delivery_id")),
                Optional.ofNullable(nullableLong(row, "subscriber_id")).map(SubscriberId::new),
                optionalText(row, "recipient"),
                optionalText(row, "status"),
                row.getString("diagnostic"),
                instant(row, "received_at"));
    }
}
