package reynard.access;

import static reynard.db.Rows.instant;

import java.time.Instant;
import java.util.Optional;
import reynard.account.User;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.UserId;

/// Every statement about sessions. A cookie says whose it is, so none names an account.
final class SessionStore {
    void insert(Tx tx, Tokens.Secret secret, UserId user, Instant now, Instant expiresAt) {
        tx.update("""
                        insert into session (key_id, hash, user_id, created_at, seen_at, expires_at)
                        values (:keyId, :hash, :user, :now, :now, :expiresAt)
                        """)
                .bind("keyId", secret.keyId())
                .bind("hash", secret.hash())
                .bind("user", user)
                .bind("now", now)
                .bind("expiresAt", expiresAt)
                .execute();
    }

    record Stored(byte[] hash, Sessions.Session session, Instant seenAt, Instant expiresAt) {}

    Optional<Stored> find(Tx tx, String keyId) {
        return tx.query("""
                        select s.hash, s.seen_at, s.expires_at, u.id, u.account_id, u.email_address
                          from session s
                          join account_user u on u.id = s.user_id
                         where s.key_id = :keyId
                        """)
                .bind("keyId", keyId)
                .map((row, _) -> new Stored(
                        row.getBytes("hash"),
                        new Sessions.Session(
                                new User(new UserId(row.getLong("id")), row.getString("email_address")),
                                new AccountId(row.getLong("account_id"))),
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
