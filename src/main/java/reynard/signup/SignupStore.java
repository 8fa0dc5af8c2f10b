package reynard.signup;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.FormId;
import reynard.id.SignupId;
import reynard.id.SubscriberId;

/// Every statement about sign-ups.
final class SignupStore {
    /// Nobody else signs up with this address before this transaction ends.
    void lockAddress(Tx tx, AccountId account, String countedAs, Instant now) {
        tx.update("""
                        insert into signup_address (account_id, counted_as, asked_at)
                        values (:account, :countedAs, :now)
                        on conflict (account_id, counted_as) do update set asked_at = excluded.asked_at
                        """)
                .bind("account", account)
                .bind("countedAs", countedAs)
                .bind("now", now)
                .execute();
    }

    /// How many mails went to an address since some moments: by one form, and by all.
    record Count(long byForm, long byAll) {}

    Count count(Tx tx, AccountId account, String countedAs, FormId form, Instant formSince, Instant allSince) {
        return tx.query("""
                        select count(*) filter (where s.form_id = :form and s.asked_at > :formSince) as by_form,
                               count(*) as by_all
                          from signup s
                         where s.account_id = :account and s.counted_as = :countedAs and s.asked_at > :allSince
                        """)
                .bind("account", account)
                .bind("countedAs", countedAs)
                .bind("form", form)
                .bind("formSince", formSince)
                .bind("allSince", allSince)
                .map((row, _) -> new Count(row.getLong("by_form"), row.getLong("by_all")))
                .one();
    }

    void insert(Tx tx, AccountId account, Signup signup) {
        tx.update("""
                        insert into signup (account_id, id, form_id, subscriber_id, token, counted_as, first_name,
                                            referrer, page, text_shown, client_address, user_agent, asked_at)
                        values (:account, :id, :form, :subscriber, :token, :countedAs, :firstName, :referrer, :page,
                                :textShown, :clientAddress, :userAgent, :askedAt)
                        """)
                .bind("account", account)
                .bind("id", signup.id())
                .bind("form", signup.form())
                .bind("subscriber", signup.subscriber())
                .bind("token", signup.token())
                .bind("countedAs", signup.countedAs())
                .bind("firstName", signup.firstName().orElse(null))
                .bind("referrer", signup.referrer().orElse(null))
                .bind("page", signup.page().orElse(null))
                .bind("textShown", signup.textShown().orElse(null))
                .bind("clientAddress", signup.clientAddress().orElse(null))
                .bind("userAgent", signup.userAgent().orElse(null))
                .bind("askedAt", signup.askedAt())
                .execute();
    }

    Optional<Signup> find(Tx tx, AccountId account, String token) {
        return tx.query("""
                        select s.id, s.form_id, s.subscriber_id, s.token, s.counted_as, s.first_name, s.referrer, s.page,
                               s.text_shown, s.client_address, s.user_agent, s.asked_at, s.confirmed_at
                          from signup s
                         where s.account_id = :account and s.token = :token
                        """)
                .bind("account", account)
                .bind("token", token)
                .map((row, _) -> signup(row))
                .findOne();
    }

    /// @return false when it was confirmed before
    boolean confirm(Tx tx, AccountId account, SignupId id, Instant now) {
        return tx.update("""
                        update signup set confirmed_at = :now
                         where account_id = :account and id = :id and confirmed_at is null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    private static Signup signup(ResultSet row) throws SQLException {
        return new Signup(
                new SignupId(row.getLong("id")),
                new FormId(row.getLong("form_id")),
                new SubscriberId(row.getLong("subscriber_id")),
                row.getString("token"),
                row.getString("counted_as"),
                optionalText(row, "first_name"),
                optionalText(row, "referrer"),
                optionalText(row, "page"),
                optionalText(row, "text_shown"),
                optionalText(row, "client_address"),
                optionalText(row, "user_agent"),
                instant(row, "asked_at"),
                optionalInstant(row, "confirmed_at"));
    }
}
