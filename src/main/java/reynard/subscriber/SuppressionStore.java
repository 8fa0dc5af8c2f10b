package reynard.subscriber;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Rows;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.id.SuppressionId;

/// Every statement about suppressed addresses.
final class SuppressionStore {
    private static final Listing<Suppression> NEWEST = new Listing<>(
            """
            select x.id, x.address, x.reason, x.evidence, x.subscriber_id, x.created_at
              from suppression x
             where x.account_id = :account
               and (:address::text is null or x.address = :address)
               and (:reason::text is null or x.reason = :reason)
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("x.id", "id")), (row, _) -> suppression(row));

    private static final Listing<Suppressions.Removal> REMOVALS = new Listing<>(
            """
            select r.id, r.address, r.reason, r.evidence, null::bigint as subscriber_id, r.created_at, r.removed_at,
                   r.note
              from suppression_removal r
             where r.account_id = :account
            """,
            Listing.Order.DESCENDING,
            List.of(Listing.Key.instant("r.removed_at", "removed_at"), Listing.Key.number("r.id", "id")),
            (row, _) -> new Suppressions.Removal(
                    suppression(row), instant(row, "removed_at"), Rows.optionalText(row, "note")));

    Page<Suppression> list(
            Tx tx, AccountId account, Optional<String> address, Optional<Suppression.Reason> reason, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("address", address.orElse(null));
        parameters.put("reason", reason.map(Suppression.Reason::wireName).orElse(null));
        return NEWEST.read(tx, parameters, page);
    }

    Page<Suppressions.Removal> removals(Tx tx, AccountId account, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        return REMOVALS.read(tx, parameters, page);
    }

    Optional<Suppression> find(Tx tx, AccountId account, String address) {
        return tx.query("""
                        select x.id, x.address, x.reason, x.evidence, x.subscriber_id, x.created_at
                          from suppression x
                         where x.account_id = :account and x.address = :address
                        """)
                .bind("account", account)
                .bind("address", address)
                .map((row, _) -> suppression(row))
                .findOne();
    }

    /// Why those of the addresses that are on the list are.
    Map<String, Suppression.Reason> reasons(Tx tx, AccountId account, Collection<String> addresses) {
        var reasons = new HashMap<String, Suppression.Reason>();
        tx.query("""
                        select x.address, x.reason
                          from suppression x
                         where x.account_id = :account and x.address = any(:addresses)
                        """)
                .bind("account", account)
                .bind("addresses", addresses.toArray(String[]::new))
                .map((row, _) -> Map.entry(row.getString("address"), reason(row)))
                .forEach(entry -> reasons.put(entry.getKey(), entry.getValue()));
        return reasons;
    }

    private static Suppression.Reason reason(ResultSet row) throws SQLException {
        return Suppression.Reason.valueOf(row.getString("reason").toUpperCase(Locale.ROOT));
    }

    /// A weaker reason gives way, a stronger one stays.
    void add(Tx tx, AccountId account, Suppression suppression) {
        tx.update("""
                        insert into suppression as x
                               (account_id, id, address, reason, evidence, subscriber_id, created_at)
                        values (:account, :id, :address, :reason, :evidence, :subscriber, :createdAt)
                        on conflict (account_id, address) do update
                           set reason = excluded.reason, evidence = excluded.evidence,
                               subscriber_id = excluded.subscriber_id, created_at = excluded.created_at
                         where x.reason = any(:weaker)
                        """)
                .bind("account", account)
                .bind("id", suppression.id())
                .bind("address", suppression.address())
                .bind("reason", suppression.reason().wireName())
                .bind("evidence", suppression.evidence())
                .bind("subscriber", suppression.subscriber().orElse(null))
                .bind("createdAt", suppression.createdAt())
                .bind("weaker", suppression.reason().weaker())
                .execute();
    }

    /// Takes the address off the list and writes down that it was.
    Optional<Suppression> remove(Tx tx, AccountId account, SuppressionId id, Optional<String> note, Instant now) {
        var removed = tx.query("""
                        delete from suppression x
                         where x.account_id = :account and x.id = :id
                        returning x.id, x.address, x.reason, x.evidence, x.subscriber_id, x.created_at
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> suppression(row))
                .findOne();
        removed.ifPresent(suppression -> tx.update("""
                        insert into suppression_removal
                               (account_id, id, address, reason, evidence, created_at, removed_at, note)
                        values (:account, :id, :address, :reason, :evidence, :createdAt, :now, :note)
                        """)
                .bind("account", account)
                .bind("id", suppression.id())
                .bind("address", suppression.address())
                .bind("reason", suppression.reason().wireName())
                .bind("evidence", suppression.evidence())
                .bind("createdAt", suppression.createdAt())
                .bind("now", now)
                .bind("note", note.orElse(null))
                .execute());
        return removed;
    }

    private static Suppression suppression(ResultSet row) throws SQLException {
        return new Suppression(
                new SuppressionId(row.getLong("id")),
                row.getString("address"),
                reason(row),
                row.getString("evidence"),
                Optional.ofNullable(nullableLong(row, "subscriber_id")).map(SubscriberId::new),
                instant(row, "created_at"));
    }
}
