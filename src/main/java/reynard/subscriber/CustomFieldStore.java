package reynard.subscriber;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;

/// Every statement about custom fields.
final class CustomFieldStore {
    private static final Listing<CustomField> NEWEST = new Listing<>(
            "select f.id, f.key, f.label from custom_field f where f.account_id = :account",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("f.id", "id")),
            (row, _) -> field(row));

    Page<CustomField> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    List<CustomField> all(Tx tx, AccountId account) {
        return tx.query("select f.id, f.key, f.label from custom_field f where f.account_id = :account order by f.id")
                .bind("account", account)
                .map((row, _) -> field(row))
                .list();
    }

    Optional<CustomField> findByLabelOrKey(Tx tx, AccountId account, String label, String key) {
        return tx.query("""
                        select f.id, f.key, f.label
                          from custom_field f
                         where f.account_id = :account and (lower(f.label) = lower(:label) or f.key = :key)
                         order by lower(f.label) = lower(:label) desc
                         limit 1
                        """)
                .bind("account", account)
                .bind("label", label)
                .bind("key", key)
                .map((row, _) -> field(row))
                .findOne();
    }

    /// @return false when label or key are taken
    boolean insert(Tx tx, AccountId account, CustomField field, Instant now) {
        return tx.update("""
                        insert into custom_field (account_id, id, key, label, created_at)
                        values (:account, :id, :key, :label, :now)
                        on conflict do nothing
                        """)
                        .bind("account", account)
                        .bind("id", field.id())
                        .bind("key", field.key())
                        .bind("label", field.label())
                        .bind("now", now)
                        .execute()
                == 1;
    }

    private static CustomField field(ResultSet row) throws SQLException {
        return new CustomField(new CustomFieldId(row.getLong("id")), row.getString("key"), row.getString("label"));
    }
}
