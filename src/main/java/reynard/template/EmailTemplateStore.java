package reynard.template;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.EmailTemplateId;

/// Every statement about layouts.
final class EmailTemplateStore {
    private static final Listing<EmailTemplate> NEWEST = new Listing<>(
            "select t.id, t.name, t.category, t.html, t.is_default, t.created_at, t.updated_at"
                    + " from email_template t where t.account_id = :account",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("t.id", "id")),
            (row, _) -> template(row));

    Page<EmailTemplate> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    Optional<EmailTemplate> find(Tx tx, AccountId account, EmailTemplateId id) {
        return tx.query("""
                        select t.id, t.name, t.category, t.html, t.is_default, t.created_at, t.updated_at
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
                        select t.id, t.name, t.category, t.html, t.is_default, t.created_at, t.updated_at
                          from email_template t
                         where t.account_id = :account and t.is_default
                        """)
                .bind("account", account)
                .map((row, _) -> template(row))
                .one();
    }

    void insert(Tx tx, AccountId account, EmailTemplate template) {
        tx.update("""
                        insert into email_template
                               (account_id, id, name, category, html, is_default, created_at, updated_at)
                        values (:account, :id, :name, :category, :html, :isDefault, :createdAt, :updatedAt)
                        """)
                .bind("account", account)
                .bind("id", template.id())
                .bind("name", template.name())
                .bind("category", template.category())
                .bind("html", template.html())
                .bind("isDefault", template.isDefault())
                .bind("createdAt", template.createdAt())
                .bind("updatedAt", template.updatedAt())
                .execute();
    }

    /// Lets one transaction at a time change which layout is the default, and whether there is one at all.
    void lock(Tx tx, AccountId account) {
        tx.query("select t.id from email_template t where t.account_id = :account order by t.id for update")
                .bind("account", account)
                .mapTo(Long.class)
                .list();
    }

    void clearDefault(Tx tx, AccountId account) {
        tx.update("update email_template set is_default = false where account_id = :account and is_default")
                .bind("account", account)
                .execute();
    }

    void update(Tx tx, AccountId account, EmailTemplate template) {
        tx.update("""
                        update email_template
                           set name = :name, html = :html, is_default = :isDefault, updated_at = :updatedAt
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", template.id())
                .bind("name", template.name())
                .bind("html", template.html())
                .bind("isDefault", template.isDefault())
                .bind("updatedAt", template.updatedAt())
                .execute();
    }

    /// Who names it and is neither deleted nor through: `sequence 7`, also when it is one of its emails, `broadcast 9`.
    List<String> users(Tx tx, AccountId account, EmailTemplateId id) {
        return tx.query("""
                        select 'sequence ' || q.id as name
                          from sequence q
                         where q.account_id = :account and q.deleted_at is null
                           and (q.email_template_id = :id
                                or exists (select from sequence_email e
                                            where e.account_id = :account and e.sequence_id = q.id
                                              and e.email_template_id = :id and e.deletion = 0))
                        union all
                        select 'broadcast ' || b.id
                          from broadcast b
                         where b.account_id = :account and b.email_template_id = :id
                           and b.status in ('draft', 'scheduled', 'sending')
                         order by 1
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> row.getString("name"))
                .list();
    }

    /// What is deleted or was sent has no use for a layout any more.
    void forgetByThePast(Tx tx, AccountId account, EmailTemplateId id) {
        tx.update("""
                        update sequence_email e
                           set email_template_id = null
                         where e.account_id = :account and e.email_template_id = :id
                        """).bind("account", account).bind("id", id).execute();
        tx.update(
                        "update sequence set email_template_id = null where account_id = :account and email_template_id = :id")
                .bind("account", account)
                .bind("id", id)
                .execute();
        tx.update(
                        "update broadcast set email_template_id = null where account_id = :account and email_template_id = :id")
                .bind("account", account)
                .bind("id", id)
                .execute();
    }

    void delete(Tx tx, AccountId account, EmailTemplateId id) {
        tx.update("delete from email_template where account_id = :account and id = :id")
                .bind("account", account)
                .bind("id", id)
                .execute();
    }

    private static EmailTemplate template(ResultSet row) throws SQLException {
        return new EmailTemplate(
                new EmailTemplateId(row.getLong("id")),
                row.getString("name"),
                row.getString("category"),
                row.getString("html"),
                row.getBoolean("is_default"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }
}
