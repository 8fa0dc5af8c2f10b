package reynard.access;

import static reynard.db.Rows.instant;

import java.time.Instant;
import java.util.Optional;
import reynard.account.Role;
import reynard.account.User;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.UserId;

/// Every statement about sessions. A cookie says whose it is, so none names an account.
final class SessionStore {
    /// @param proven false: the second factor is still to be shown
    void insert(
            Tx tx,
            Tokens.Secret secret,
            UserId user,
            AccountId account,
            boolean proven,
            Instant now,
            Instant expiresAt) {
        tx.update("""
                        insert into session
                               (key_id, hash, user_id, account_id, proven, created_at, seen_at, expires_at)
                        values (:keyId, :hash, :user, :account, :proven, :now, :now, :expiresAt)
                        """)
                .bind("account", account)
                .bind("proven", proven)
                .bind("keyId", secret.keyId())
                .bind("hash", secret.hash())
                .bind("user", user)
                .bind("now", now)
                .bind("expiresAt", expiresAt)
                .execute();
    }

    record Stored(byte[] hash, Sessions.Session session, boolean proven, Instant seenAt, Instant expiresAt) {}

    Optional<Stored> find(Tx tx, String keyId) {
        return tx.query("""
                        select s.hash, s.proven, s.seen_at, s.expires_at, s.account_id, u.id, u.email_address, m.role,
                               exists (
                                   select from membership o
                                    where o.user_id = s.user_id and o.account_id <> s.account_id) as elsewhere
                          from session s
                          join account_user u on u.id = s.user_id
                          join membership m on m.account_id = s.account_id and m.user_id = s.user_id
                         where s.key_id = :keyId
                        """)
                .bind("keyId", keyId)
                .map((row, _) -> new Stored(
                        row.getBytes("hash"),
                        new Sessions.Session(
                                new User(new UserId(row.getLong("id")), row.getString("email_address")),
                                new AccountId(row.getLong("account_id")),
                                Role.named(row.getString("role")).orElseThrow(),
                                row.getBoolean("elsewhere")),
                        row.getBoolean("proven"),
                        instant(row, "seen_at"),
                        instant(row, "expires_at")))
                .findOne();
    }

    void see(Tx tx, String keyId, Instant now) {
        tx.update("update session set seen_at = :now where key_id = :keyId")
                .bind("keyId", keyId)
                .bind("now", now)
                .execute();
    }

    /// @return whether they work there
    boolean move(Tx tx, String keyId, AccountId account) {
        return tx.update("""
                                update session s
                                   set account_id = :account
                                  from membership m
                                 where s.key_id = :keyId and m.account_id = :account and m.user_id = s.user_id
                                """).bind("keyId", keyId).bind("account", account).execute() > 0;
    }

    void deleteOthers(Tx tx, UserId user, String keyId) {
        tx.update("delete from session where user_id = :user and key_id <> :keyId")
                .bind("user", user)
                .bind("keyId", keyId)
                .execute();
    }

    void delete(Tx tx, String keyId) {
        tx.update("delete from session where key_id = :keyId")
                .bind("keyId", keyId)
                .execute();
    }

    int sweep(Tx tx, Instant now, Instant silentSince) {
        return tx.update("delete from session where expires_at <= :now or seen_at <= :silentSince")
                .bind("now", now)
                .bind("silentSince", silentSince)
                .execute();
    }
}
