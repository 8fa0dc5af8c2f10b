package reynard.inbox;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.InboxMessageId;

/// Every statement of the room.
final class InboxStore {
    private static final Listing<InboxMessage> NEWEST = new Listing<>(
            """
            select m.id, m.sender, m.recipient, m.subject, m.received_at, ''::bytea as raw
              from inbox_message m
             where m.account_id = :account and (:to::text is null or lower(m.recipient) = lower(:to))
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("m.id", "id")), (row, _) -> message(row));

    /// Without their bytes.
    Page<InboxMessage> list(Tx tx, AccountId account, Optional<String> to, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("to", to.orElse(null));
        return NEWEST.read(tx, parameters, page);
    }

    Optional<InboxMessage> find(Tx tx, AccountId account, InboxMessageId id) {
        return tx.query("""
                        select m.id, m.sender, m.recipient, m.subject, m.received_at, m.raw
                          from inbox_message m
                         where m.account_id = :account and m.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> message(row))
                .findOne();
    }

    void insert(Tx tx, AccountId account, InboxMessage message) {
        tx.update("""
                        insert into inbox_message (account_id, id, sender, recipient, subject, raw, received_at)
                        values (:account, :id, :sender, :recipient, :subject, :raw, :receivedAt)
                        """)
                .bind("account", account)
                .bind("id", message.id())
                .bind("sender", message.from())
                .bind("recipient", message.to())
                .bind("subject", message.subject())
                .bind("raw", message.raw())
                .bind("receivedAt", message.receivedAt())
                .execute();
    }

    private static InboxMessage message(ResultSet row) throws SQLException {
        return new InboxMessage(
                new InboxMessageId(row.getLong("id")),
                row.getString("sender"),
                row.getString("recipient"),
                row.getString("subject"),
                instant(row, "received_at"),
                row.getBytes("raw"));
    }
}
