package reynard.proof;

import java.time.Instant;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SendingAddressId;

/// Every statement about proofs of sending addresses.
final class SenderProofStore {
    /// In place of the one before: only the newest link counts.
    void put(Tx tx, AccountId account, SendingAddressId address, byte[] tokenHash, Instant now, Instant expiresAt) {
        tx.update("""
                        insert into sending_address_proof
                               (account_id, sending_address_id, token_hash, asked_at, expires_at)
                        values (:account, :address, :hash, :now, :expiresAt)
                        on conflict (account_id, sending_address_id) do update
                           set token_hash = excluded.token_hash, asked_at = excluded.asked_at,
                               expires_at = excluded.expires_at
                        """)
                .bind("account", account)
                .bind("address", address)
                .bind("hash", tokenHash)
                .bind("now", now)
                .bind("expiresAt", expiresAt)
                .execute();
    }

    Optional<SendingAddressId> find(Tx tx, AccountId account, byte[] tokenHash, Instant now) {
        return tx.query("""
                        select p.sending_address_id
                          from sending_address_proof p
                         where p.account_id = :account and p.token_hash = :hash and p.expires_at > :now
                        """)
                .bind("account", account)
                .bind("hash", tokenHash)
                .bind("now", now)
                .map((row, _) -> new SendingAddressId(row.getLong("sending_address_id")))
                .findOne();
    }
}
