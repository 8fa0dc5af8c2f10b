package reynard.access;

import java.time.Instant;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;

/// Every statement about requests that come again.
final class RepetitionStore {
    /// @param request the hash of what was asked for
    /// @param status empty while there is no answer
    /// @param answer sealed; empty when it is not kept any more
    record Known(byte[] request, Optional<Integer> status, Optional<String> answer) {}

    /// Takes the key, for whoever comes first.
    ///
    /// @param oldest what was begun until then is forgotten
    /// @return what is known of the one who came first; empty: the key is taken now
    Optional<Known> take(Tx tx, AccountId account, byte[] hash, byte[] request, Instant now, Instant oldest) {
        tx.update("""
                        delete from repetition r
                         where r.account_id = :account and r.key_hash = :hash and r.begun_at <= :oldest
                        """)
                .bind("account", account)
                .bind("hash", hash)
                .bind("oldest", oldest)
                .execute();
        int taken = tx.update("""
                        insert into repetition (account_id, key_hash, request, begun_at)
                        values (:account, :hash, :request, :now)
                        on conflict do nothing
                        """)
                .bind("account", account)
                .bind("hash", hash)
                .bind("request", request)
                .bind("now", now)
                .execute();
        return taken > 0
                ? Optional.empty()
                : tx.query("""
                                select r.request, r.status, r.answer
                                  from repetition r
                                 where r.account_id = :account and r.key_hash = :hash
                                """)
                        .bind("account", account)
                        .bind("hash", hash)
                        .map((row, _) -> new Known(
                                row.getBytes("request"),
                                Optional.ofNullable(row.getObject("status", Integer.class)),
                                Optional.ofNullable(row.getString("answer"))))
                        .findOne()
                        // Freed at this very moment: whoever comes once more will find it so.
                        .or(() -> Optional.of(new Known(request, Optional.empty(), Optional.empty())));
    }

    void keep(Tx tx, AccountId account, byte[] hash, Instant now, int status, Optional<String> answer) {
        tx.update("""
                        update repetition r
                           set answered_at = :now, status = :status, answer = :answer
                         where r.account_id = :account and r.key_hash = :hash
                        """)
                .bind("account", account)
                .bind("hash", hash)
                .bind("now", now)
                .bind("status", status)
                .bind("answer", answer.orElse(null))
                .execute();
    }

    void free(Tx tx, AccountId account, byte[] hash) {
        tx.update("delete from repetition r where r.account_id = :account and r.key_hash = :hash")
                .bind("account", account)
                .bind("hash", hash)
                .execute();
    }

    int forget(Tx tx, AccountId account, Instant oldest) {
        return tx.update("delete from repetition r where r.account_id = :account and r.begun_at <= :oldest")
                .bind("account", account)
                .bind("oldest", oldest)
                .execute();
    }
}
