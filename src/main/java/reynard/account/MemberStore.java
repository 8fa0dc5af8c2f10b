package reynard.account;

import static reynard.db.Rows.instant;

import java.time.Instant;
import java.util.List;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.UserId;

/// Every statement about who works in which account.
final class MemberStore {
    boolean insert(Tx tx, AccountId account, UserId user, Role role, Instant now) {
        return tx.update("""
                                insert into membership (account_id, user_id, role, created_at)
                                values (:account, :user, :role, :now)
                                on conflict (account_id, user_id) do nothing
                                """)
                        .bind("account", account)
                        .bind("user", user)
                        .bind("role", role.wireName())
                        .bind("now", now)
                        .execute()
                > 0;
    }

    List<Members.Member> list(Tx tx, AccountId account) {
        return tx.query("""
                        select u.id, u.email_address, m.role, m.created_at
                          from membership m
                          join account_user u on u.id = m.user_id
                         where m.account_id = :account
                         order by m.created_at, u.id
                        """)
                .bind("account", account)
                .map((row, _) -> new Members.Member(
                        new User(new UserId(row.getLong("id")), row.getString("email_address")),
                        Role.named(row.getString("role")).orElseThrow(),
                        instant(row, "created_at")))
                .list();
    }

    /// Nobody else's role changes before this transaction ends.
    void hold(Tx tx, AccountId account) {
        tx.query("select m.user_id from membership m where m.account_id = :account order by m.user_id for update")
                .bind("account", account)
                .mapTo(Long.class)
                .list();
    }

    void change(Tx tx, AccountId account, UserId user, Role role) {
        tx.update("update membership set role = :role where account_id = :account and user_id = :user")
                .bind("account", account)
                .bind("user", user)
                .bind("role", role.wireName())
                .execute();
    }

    void delete(Tx tx, AccountId account, UserId user) {
        tx.update("delete from membership where account_id = :account and user_id = :user")
                .bind("account", account)
                .bind("user", user)
                .execute();
    }

    /// Across accounts: where somebody may go on working.
    List<Members.Place> places(Tx tx, UserId user) {
        return tx.query("""
                        select a.id, a.name, m.role
                          from membership m
                          join account a on a.id = m.account_id
                         where m.user_id = :user
                         order by a.name, a.id
                        """)
                .bind("user", user)
                .map((row, _) -> new Members.Place(
                        new AccountId(row.getLong("id")),
                        row.getString("name"),
                        Role.named(row.getString("role")).orElseThrow()))
                .list();
    }
}
