package reynard.signup;

import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.FormId;
import reynard.id.Id;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.page.Language;

/// Every statement about what forms show and do.
final class FormPageStore {
    Optional<FormPage> find(Tx tx, AccountId account, FormId form) {
        return tx.query("""
                        select p.language, p.heading, p.introduction, p.button, p.consent_text, p.asks_name,
                               p.double_opt_in, p.redirect_url, p.confirmation_subject, p.confirmation_text,
                               p.tag_ids, p.sequence_ids
                          from form_page p
                         where p.account_id = :account and p.form_id = :form
                        """)
                .bind("account", account)
                .bind("form", form)
                .map((row, _) -> page(row))
                .findOne();
    }

    void put(Tx tx, AccountId account, FormId form, FormPage page) {
        tx.update("""
                        insert into form_page (account_id, form_id, language, heading, introduction, button, consent_text,
                                               asks_name, double_opt_in, redirect_url, confirmation_subject,
                                               confirmation_text, tag_ids, sequence_ids)
                        values (:account, :form, :language, :heading, :introduction, :button, :consentText, :asksName,
                                :doubleOptIn, :redirectUrl, :confirmationSubject, :confirmationText, :tags, :sequences)
                        on conflict (account_id, form_id) do update
                           set language = excluded.language, heading = excluded.heading,
                               introduction = excluded.introduction, button = excluded.button,
                               consent_text = excluded.consent_text, asks_name = excluded.asks_name,
                               double_opt_in = excluded.double_opt_in, redirect_url = excluded.redirect_url,
                               confirmation_subject = excluded.confirmation_subject,
                               confirmation_text = excluded.confirmation_text, tag_ids = excluded.tag_ids,
                               sequence_ids = excluded.sequence_ids
                        """)
                .bind("account", account)
                .bind("form", form)
                .bind("language", page.language().map(Language::tag).orElse(null))
                .bind("heading", page.heading().orElse(null))
                .bind("introduction", page.introduction().orElse(null))
                .bind("button", page.button().orElse(null))
                .bind("consentText", page.consentText().orElse(null))
                .bind("asksName", page.asksName())
                .bind("doubleOptIn", page.doubleOptIn())
                .bind("redirectUrl", page.redirectUrl().orElse(null))
                .bind("confirmationSubject", page.confirmationSubject().orElse(null))
                .bind("confirmationText", page.confirmationText().orElse(null))
                .bind("tags", longs(page.tags()))
                .bind("sequences", longs(page.sequences()))
                .execute();
    }

    /// In the order of the alphabet.
    List<String> redirectHosts(Tx tx, AccountId account) {
        return tx.query("select h.host from redirect_host h where h.account_id = :account order by h.host")
                .bind("account", account)
                .mapTo(String.class)
                .list();
    }

    void replaceRedirectHosts(Tx tx, AccountId account, Collection<String> hosts) {
        tx.update("delete from redirect_host where account_id = :account")
                .bind("account", account)
                .execute();
        for (var host : hosts) {
            tx.update("insert into redirect_host (account_id, host) values (:account, :host) on conflict do nothing")
                    .bind("account", account)
                    .bind("host", host)
                    .execute();
        }
    }

    private static Long[] longs(Collection<? extends Id> ids) {
        return ids.stream().map(Id::value).toArray(Long[]::new);
    }

    private static List<Long> ids(ResultSet row, String column) throws SQLException {
        return Arrays.asList((Long[]) row.getArray(column).getArray());
    }

    private static FormPage page(ResultSet row) throws SQLException {
        return new FormPage(
                optionalText(row, "language").flatMap(Language::tagged),
                optionalText(row, "heading"),
                optionalText(row, "introduction"),
                optionalText(row, "button"),
                optionalText(row, "consent_text"),
                row.getBoolean("asks_name"),
                row.getBoolean("double_opt_in"),
                optionalText(row, "redirect_url"),
                optionalText(row, "confirmation_subject"),
                optionalText(row, "confirmation_text"),
                ids(row, "tag_ids").stream().map(TagId::new).toList(),
                ids(row, "sequence_ids").stream().map(SequenceId::new).toList());
    }
}
