package reynard.subscriber;

import static reynard.db.Rows.instant;

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
            "select f.id, f.name, f.key, f.label, f.created_at from custom_field f where f.account_id = :account",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("f.id", "id")),
            (row, _) -> field(row));

    Page<CustomField> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    List<CustomField> all(Tx tx, AccountId account) {
        return tx.query(
                        "select f.id, f.name, f.key, f.label, f.created_at from custom_field f where f.account_id = :account order by f.id")
                .bind("account", account)
                .map((row, _) -> field(row))
                .list();
    }

    Optional<CustomField> findByLabelOrKey(Tx tx, AccountId account, String label, String key) {
        return tx.query("""
                        select f.id, f.name, f.key, f.label, f.created_at
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

    Optional<CustomField> find(Tx tx, AccountId account, CustomFieldId id) {
        return tx.query("""
                        select f.id, f.name, f.key, f.label, f.created_at
                          from custom_field f
                         where f.account_id = :account and f.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> field(row))
                .findOne();
    }

    /// @return whether another field has this label or key
    boolean isTaken(Tx tx, AccountId account, CustomFieldId id, String label, String key) {
        return tx.query("""
                        select exists (
                            select from custom_field f
                             where f.account_id = :account and f.id <> :id
                               and (lower(f.label) = lower(:label) or f.key = :key))
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("label", label)
                .bind("key", key)
                .mapTo(Boolean.class)
                .one();
    }

    /// @return empty when there is no such field
    Optional<CustomField> relabel(Tx tx, AccountId account, CustomFieldId id, String label, String key) {
        return tx.query("""
                        update custom_field
                           set label = :label, key = :key
                         where account_id = :account and id = :id
                        returning id, name, key, label, created_at
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("label", label)
                .bind("key", key)
                .map((row, _) -> field(row))
                .findOne();
    }

    /// @return whether there was such a field
    boolean delete(Tx tx, AccountId account, CustomFieldId id) {
        return tx.update("delete from custom_field where account_id = :account and id = :id")
                        .bind("account", account)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /// Takes the field's value from every subscriber who has one.
    void deleteValues(Tx tx, AccountId account, CustomFieldId id, Instant now) {
        tx.update("""
                        update subscriber
                           set fields = fields - :id::text, updated_at = :now
                         where account_id = :account and fields ->> :id::text is not null
                        """)
                .bind("account", account)
                .bind("id", Long.toString(id.value()))
                .bind("now", now)
                .execute();
    }

    /// @return false when label or key are taken
    boolean insert(Tx tx, AccountId account, CustomField field) {
        return tx.update("""
                        insert into custom_field (account_id, id, name, key, label, created_at)
                        values (:account, :id, :name, :key, :label, :now)
                        on conflict do nothing
                        """)
                        .bind("account", account)
                        .bind("id", field.id())
                        .bind("name", field.name())
                        .bind("key", field.key())
                        .bind("label", field.label())
                        .bind("now", field.createdAt())
                        .execute()
                == 1;
    }

    private static CustomField field(ResultSet row) throws SQLException {
        return new CustomField(
                new CustomFieldId(row.getLong("id")),
                row.getString("name"),
                row.getString("key"),
                row.getString("label"),
                instant(row, "created_at"));
    }
}
