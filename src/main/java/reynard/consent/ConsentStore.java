package reynard.consent;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ConsentId;
import reynard.id.FormId;
import reynard.id.SubscriberId;

/// Every statement about consents. Among them is none that changes one.
final class ConsentStore {
    private static final Listing<Consent> NEWEST = new Listing<>(
            """
            select c.id, c.subscriber_id, c.source, c.form_id, c.text_shown, c.statement, c.page, c.client_address,
                   c.user_agent, c.asked_at, c.confirmed_at
              from consent c
             where c.account_id = :account and c.subscriber_id = :subscriber
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("c.id", "id")), (row, _) -> consent(row));

    Page<Consent> list(Tx tx, AccountId account, SubscriberId subscriber, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("subscriber", subscriber);
        return NEWEST.read(tx, parameters, page);
    }

    void insert(Tx tx, AccountId account, Consent consent) {
        tx.update("""
                        insert into consent (account_id, id, subscriber_id, source, form_id, text_shown, statement, page,
                                             client_address, user_agent, asked_at, confirmed_at)
                        values (:account, :id, :subscriber, :source, :form, :textShown, :statement, :page,
                                :clientAddress, :userAgent, :askedAt, :confirmedAt)
                        """)
                .bind("account", account)
                .bind("id", consent.id())
                .bind("subscriber", consent.subscriber())
                .bind("source", consent.source().wireName())
                .bind("form", consent.form().orElse(null))
                .bind("textShown", consent.textShown().orElse(null))
                .bind("statement", consent.statement().orElse(null))
                .bind("page", consent.page().orElse(null))
                .bind("clientAddress", consent.clientAddress().orElse(null))
                .bind("userAgent", consent.userAgent().orElse(null))
                .bind("askedAt", consent.askedAt())
                .bind("confirmedAt", consent.confirmedAt().orElse(null))
                .execute();
    }

    /// An IPv4 address keeps three of its numbers, one of IPv6 its first four groups.
    int shortenClients(Tx tx, AccountId account, Instant before) {
        return tx.update("""
                        update consent
                           set client_address = case when client_address like '%:%'
                                   then split_part(client_address, ':', 1) || ':' || split_part(client_address, ':', 2) || ':'
                                        || split_part(client_address, ':', 3) || ':'
                                        || split_part(client_address, ':', 4) || '::'
                                   else regexp_replace(client_address, '\\.[0-9]+$', '.0') end
                         where account_id = :account and asked_at < :before and client_address is not null
                           and client_address !~ '(::|\\.0)$'
                        """).bind("account", account).bind("before", before).execute();
    }

    private static Consent consent(ResultSet row) throws SQLException {
        return new Consent(
                new ConsentId(row.getLong("id")),
                new SubscriberId(row.getLong("subscriber_id")),
                Consent.Source.named(row.getString("source")),
                Optional.ofNullable(nullableLong(row, "form_id")).map(FormId::new),
                optionalText(row, "text_shown"),
                optionalText(row, "statement"),
                optionalText(row, "page"),
                optionalText(row, "client_address"),
                optionalText(row, "user_agent"),
                instant(row, "asked_at"),
                optionalInstant(row, "confirmed_at"));
    }
}
