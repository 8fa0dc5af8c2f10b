package reynard.access;

import static reynard.db.Rows.optionalInstant;

import java.time.Instant;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.UserId;

/// Every statement about second factors. They are a person's, whichever account they work in.
final class SecondFactorStore {
    record Stored(String secret, boolean confirmed, long lastStep) {}

    /// Nobody else shows a code of theirs before this transaction ends.
    Optional<Stored> hold(Tx tx, UserId user) {
        return tx.query("""
                        select f.secret, f.confirmed_at, f.last_step
                          from second_factor f
                         where f.user_id = :user
                           for update
                        """)
                .bind("user", user)
                .map((row, _) -> new Stored(
                        row.getString("secret"),
                        optionalInstant(row, "confirmed_at").isPresent(),
                        row.getLong("last_step")))
                .findOne();
    }

    boolean isOn(Tx tx, UserId user) {
        return tx.query("""
                        select exists (
                            select from second_factor f where f.user_id = :user and f.confirmed_at is not null)
                        """).bind("user", user).mapTo(Boolean.class).one();
    }

    /// Takes the place of one that was set up and never used.
    void put(Tx tx, UserId user, String secret) {
        tx.update("""
                        insert into second_factor (user_id, secret, last_step)
                        values (:user, :secret, 0)
                        on conflict (user_id) do update
                           set secret = excluded.secret, last_step = 0
                         where second_factor.confirmed_at is null
                        """).bind("user", user).bind("secret", secret).execute();
    }

    void confirm(Tx tx, UserId user, Instant now) {
        tx.update("update second_factor set confirmed_at = :now where user_id = :user")
                .bind("user", user)
                .bind("now", now)
                .execute();
    }

    void shown(Tx tx, UserId user, long step) {
        tx.update("update second_factor set last_step = :step where user_id = :user")
                .bind("user", user)
                .bind("step", step)
                .execute();
    }

    void insertRecovery(Tx tx, UserId user, byte[] hash) {
        tx.update("insert into recovery_code (user_id, hash) values (:user, :hash)")
                .bind("user", user)
                .bind("hash", hash)
                .execute();
    }

    /// @return whether there was such a code
    boolean useRecovery(Tx tx, UserId user, byte[] hash) {
        return tx.update("delete from recovery_code where user_id = :user and hash = :hash")
                        .bind("user", user)
                        .bind("hash", hash)
                        .execute()
                > 0;
    }

    int recoveriesLeft(Tx tx, UserId user) {
        return tx.query("select count(*) from recovery_code c where c.user_id = :user")
                .bind("user", user)
                .mapTo(Integer.class)
                .one();
    }

    void delete(Tx tx, UserId user) {
        tx.update("delete from second_factor where user_id = :user")
                .bind("user", user)
                .execute();
        tx.update("delete from recovery_code where user_id = :user")
                .bind("user", user)
                .execute();
    }
}
