package reynard.identity;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DkimKeyId;
import reynard.mail.dkim.DkimAlgorithm;

/// Every statement about DKIM keys.
final class DkimKeyStore {
    /// @return false when the account has a key of this domain and selector
    boolean insert(Tx tx, AccountId account, SigningKey key, String sealed) {
        return tx.update("""
                        insert into dkim_key
                               (account_id, id, domain, selector, algorithm, public_key, private_key, created_at,
                                signing_since)
                        values (:account, :id, :domain, :selector, :algorithm, :publicKey, :sealed, :createdAt, null)
                        on conflict (account_id, domain, selector) do nothing
                        """)
                        .bind("account", account)
                        .bind("id", key.id())
                        .bind("domain", key.domain())
                        .bind("selector", key.selector())
                        .bind("algorithm", key.algorithm().keyType())
                        .bind("publicKey", key.publicKey())
                        .bind("sealed", sealed)
                        .bind("createdAt", key.createdAt())
                        .execute()
                == 1;
    }

    void stopSigning(Tx tx, AccountId account, String domain, DkimAlgorithm algorithm) {
        tx.update("""
                        update dkim_key set signing_since = null
                         where account_id = :account and domain = :domain and algorithm = :algorithm
                        """)
                .bind("account", account)
                .bind("domain", domain)
                .bind("algorithm", algorithm.keyType())
                .execute();
    }

    void startSigning(Tx tx, AccountId account, DkimKeyId id, Instant now) {
        tx.update("update dkim_key set signing_since = :now where account_id = :account and id = :id")
                .bind("account", account)
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    /// A key and its sealed secret.
    record Sealed(SigningKey key, String sealed) {}

    List<Sealed> all(Tx tx, AccountId account) {
        return tx.query("""
                        select k.id, k.domain, k.selector, k.algorithm, k.public_key, k.private_key, k.created_at,
                               k.signing_since
                          from dkim_key k
                         where k.account_id = :account
                         order by k.domain, k.id
                        """)
                .bind("account", account)
                .map((row, _) -> sealed(row))
                .list();
    }

    Optional<SigningKey> find(Tx tx, AccountId account, String domain, String selector) {
        return tx.query("""
                        select k.id, k.domain, k.selector, k.algorithm, k.public_key, k.private_key, k.created_at,
                               k.signing_since
                          from dkim_key k
                         where k.account_id = :account and k.domain = :domain and k.selector = :selector
                        """)
                .bind("account", account)
                .bind("domain", domain)
                .bind("selector", selector)
                .map((row, _) -> sealed(row).key())
                .findOne();
    }

    /// Those that sign for one of the domains; of the longest domain first, RSA before Ed25519.
    List<Sealed> signing(Tx tx, AccountId account, List<String> domains) {
        return tx.query("""
                        select k.id, k.domain, k.selector, k.algorithm, k.public_key, k.private_key, k.created_at,
                               k.signing_since
                          from dkim_key k
                         where k.account_id = :account and k.domain = any(:domains) and k.signing_since is not null
                         order by length(k.domain) desc, k.algorithm desc
                        """)
                .bind("account", account)
                .bind("domains", domains.toArray(String[]::new))
                .map((row, _) -> sealed(row))
                .list();
    }

    private static Sealed sealed(ResultSet row) throws SQLException {
        return new Sealed(
                new SigningKey(
                        new DkimKeyId(row.getLong("id")),
                        row.getString("domain"),
                        row.getString("selector"),
                        DkimAlgorithm.valueOf(row.getString("algorithm").toUpperCase(Locale.ROOT)),
                        row.getString("public_key"),
                        instant(row, "created_at"),
                        optionalInstant(row, "signing_since")),
                row.getString("private_key"));
    }
}
