package reynard.access;

import static reynard.db.Rows.instant;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.account.Role;
import reynard.db.Tx;
import reynard.id.AccountId;

/// Every statement about invitations.
final class InvitationStore {
    void insert(Tx tx, byte[] hash, Invitations.Invitation invitation, Instant now) {
        tx.update("""
                        insert into invitation (hash, account_id, email_address, role, created_at, expires_at)
                        values (:hash, :account, :email, :role, :now, :expiresAt)
                        """)
                .bind("hash", hash)
                .bind("account", invitation.account())
                .bind("email", invitation.emailAddress())
                .bind("role", invitation.role().wireName())
                .bind("now", now)
                .bind("expiresAt", invitation.expiresAt())
                .execute();
    }

    Optional<Invitations.Invitation> find(Tx tx, byte[] hash, Instant now) {
        return tx.query("""
                        select i.account_id, i.email_address, i.role, i.expires_at
                          from invitation i
                         where i.hash = :hash and i.expires_at > :now
                        """)
                .bind("hash", hash)
                .bind("now", now)
                .map((row, _) -> invitation(row))
                .findOne();
    }

    private static Invitations.Invitation invitation(java.sql.ResultSet row) throws java.sql.SQLException {
        return new Invitations.Invitation(
                new AccountId(row.getLong("account_id")),
                row.getString("email_address"),
                Role.named(row.getString("role")).orElseThrow(),
                instant(row, "expires_at"));
    }

    List<Invitations.Invitation> open(Tx tx, AccountId account, Instant now) {
        return tx.query("""
                        select i.account_id, i.email_address, i.role, i.expires_at
                          from invitation i
                         where i.account_id = :account and i.expires_at > :now
                         order by i.created_at
                        """)
                .bind("account", account)
                .bind("now", now)
                .map((row, _) -> invitation(row))
                .list();
    }

    boolean delete(Tx tx, byte[] hash) {
        return tx.update("delete from invitation where hash = :hash")
                        .bind("hash", hash)
                        .execute()
                > 0;
    }

    /// All of one address, and those that have run out.
    void withdraw(Tx tx, AccountId account, String email, Instant now) {
        tx.update("""
                        delete from invitation
                         where account_id = :account
                           and (lower(email_address) = lower(:email) or expires_at <= :now)
                        """)
                .bind("account", account)
                .bind("email", email)
                .bind("now", now)
                .execute();
    }
}
