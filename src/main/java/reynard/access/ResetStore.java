package reynard.access;

import java.time.Instant;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.UserId;

/// Every statement about forgotten passwords.
final class ResetStore {
    /// One that was sent before does not count any more.
    void put(Tx tx, UserId user, byte[] hash, Instant expiresAt) {
        delete(tx, user);
        tx.update("insert into password_reset (hash, user_id, expires_at) values (:hash, :user, :expiresAt)")
                .bind("hash", hash)
                .bind("user", user)
                .bind("expiresAt", expiresAt)
                .execute();
    }

    Optional<UserId> find(Tx tx, byte[] hash, Instant now) {
        return tx.query("select r.user_id from password_reset r where r.hash = :hash and r.expires_at > :now")
                .bind("hash", hash)
                .bind("now", now)
                .mapTo(Long.class)
                .findOne()
                .map(UserId::new);
    }

    /// @return whether there was one
    boolean delete(Tx tx, UserId user) {
        return tx.update("delete from password_reset where user_id = :user")
                        .bind("user", user)
                        .execute()
                > 0;
    }
}
