package reynard.template;

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
import reynard.id.EmailTemplateId;

/// Every statement of the room.
final class EmailTemplateStore {
    private static final Listing<EmailTemplate> NEWEST = new Listing<>(
            "select t.id, t.name, t.category, t.html, t.is_default from email_template t where t.account_id = :account",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("t.id", "id")),
            (row, _) -> template(row));

    Page<EmailTemplate> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    Optional<EmailTemplate> find(Tx tx, AccountId account, EmailTemplateId id) {
        return tx.query("""
                        select t.id, t.name, t.category, t.html, t.is_default
                          from email_template t
                         where t.account_id = :account and t.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> template(row))
                .findOne();
    }

    EmailTemplate defaultOf(Tx tx, AccountId account) {
        return tx.query("""
                        select t.id, t.name, t.category, t.html, t.is_default
                          from email_template t
                         where t.account_id = :account and t.is_default
                        """)
                .bind("account", account)
                .map((row, _) -> template(row))
                .one();
    }

    void insert(Tx tx, AccountId account, EmailTemplate template, Instant now) {
        tx.update("""
                        insert into email_template
                               (account_id, id, name, category, html, is_default, created_at, updated_at)
                        values (:account, :id, :name, :category, :html, :isDefault, :now, :now)
                        """)
                .bind("account", account)
                .bind("id", template.id())
                .bind("name", template.name())
                .bind("category", template.category())
                .bind("html", template.html())
                .bind("isDefault", template.isDefault())
                .bind("now", now)
                .execute();
    }

    private static EmailTemplate template(ResultSet row) throws SQLException {
        return new EmailTemplate(
                new EmailTemplateId(row.getLong("id")),
                row.getString("name"),
                row.getString("category"),
                row.getString("html"),
                row.getBoolean("is_default"));
    }
}
