package reynard.reader;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.AddressChangeId;
import reynard.id.SubscriberId;

/// Every statement about changes of addresses.
final class AddressChangeStore {
    /// How often it was asked since some moments.
    ///
    /// @param toAddress one mailbox, in the shorter time
    /// @param toAddressLong the same, in the longer time
    /// @param byReader one reader, in the shorter time
    record Count(long toAddress, long toAddressLong, long byReader) {}

    Count count(Tx tx, AccountId account, String countedAs, SubscriberId reader, Instant since, Instant longSince) {
        return tx.query("""
                        select count(*) filter (where c.counted_as = :countedAs and c.asked_at > :since) as to_address,
                               count(*) filter (where c.counted_as = :countedAs) as to_address_long,
                               count(*) filter (where c.subscriber_id = :reader and c.asked_at > :since) as by_reader
                          from address_change c
                         where c.account_id = :account and c.asked_at > :longSince
                           and (c.counted_as = :countedAs or c.subscriber_id = :reader)
                        """)
                .bind("account", account)
                .bind("countedAs", countedAs)
                .bind("reader", reader)
                .bind("since", since)
                .bind("longSince", longSince)
                .map((row, _) ->
                        new Count(row.getLong("to_address"), row.getLong("to_address_long"), row.getLong("by_reader")))
                .one();
    }

    void insert(Tx tx, AccountId account, AddressChange change) {
        tx.update("""
                        insert into address_change (account_id, id, subscriber_id, token, new_address, counted_as,
                                                    asked_at)
                        values (:account, :id, :subscriber, :token, :newAddress, :countedAs, :askedAt)
                        """)
                .bind("account", account)
                .bind("id", change.id())
                .bind("subscriber", change.subscriber())
                .bind("token", change.token())
                .bind("newAddress", change.newAddress())
                .bind("countedAs", change.countedAs())
                .bind("askedAt", change.askedAt())
                .execute();
    }

    Optional<AddressChange> find(Tx tx, AccountId account, String token) {
        return tx.query("""
                        select c.id, c.subscriber_id, c.token, c.new_address, c.counted_as, c.asked_at, c.confirmed_at
                          from address_change c
                         where c.account_id = :account and c.token = :token
                        """)
                .bind("account", account)
                .bind("token", token)
                .map((row, _) -> change(row))
                .findOne();
    }

    /// @return false when it was confirmed before
    boolean confirm(Tx tx, AccountId account, AddressChangeId id, String oldAddress, Instant now) {
        return tx.update("""
                        update address_change set confirmed_at = :now, old_address = :oldAddress
                         where account_id = :account and id = :id and confirmed_at is null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("oldAddress", oldAddress)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    private static AddressChange change(ResultSet row) throws SQLException {
        return new AddressChange(
                new AddressChangeId(row.getLong("id")),
                new SubscriberId(row.getLong("subscriber_id")),
                row.getString("token"),
                row.getString("new_address"),
                row.getString("counted_as"),
                instant(row, "asked_at"),
                optionalInstant(row, "confirmed_at"));
    }
}
