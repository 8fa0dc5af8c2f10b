package reynard.draft;

import static reynard.db.Rows.instant;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.JsonColumn;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.UserId;

/// Every statement of the room.
final class DraftStore {
    void put(Tx tx, AccountId account, String about, UserId user, Map<String, List<String>> fields, Instant now) {
        tx.update("""
                        insert into draft (account_id, about, user_id, fields, saved_at)
                        values (:account, :about, :user, :fields, :now)
                        on conflict (account_id, about, user_id) do update
                           set fields = excluded.fields, saved_at = excluded.saved_at
                        """)
                .bind("account", account)
                .bind("about", about)
                .bind("user", user)
                .bind("fields", JsonColumn.write(fields))
                .bind("now", now)
                .execute();
    }

    Optional<Fields> find(Tx tx, AccountId account, String about, UserId user) {
        return tx.query("""
                        select d.fields, d.saved_at
                          from draft d
                         where d.account_id = :account and d.about = :about and d.user_id = :user
                        """)
                .bind("account", account)
                .bind("about", about)
                .bind("user", user)
                .map((row, _) -> new Fields(0, "", values(row.getString("fields")), instant(row, "saved_at")))
                .findOne();
    }

    void delete(Tx tx, AccountId account, String about, UserId user) {
        tx.update("delete from draft where account_id = :account and about = :about and user_id = :user")
                .bind("account", account)
                .bind("about", about)
                .bind("user", user)
                .execute();
    }

    /// What was typed about a thing and its parts, by anybody.
    void forget(Tx tx, AccountId account, String about) {
        tx.update("delete from draft where account_id = :account and starts_with(about, :about)")
                .bind("account", account)
                .bind("about", about)
                .execute();
        tx.update("delete from version where account_id = :account and starts_with(about, :about)")
                .bind("account", account)
                .bind("about", about)
                .execute();
    }

    private static Map<String, List<String>> values(String json) {
        var values = new LinkedHashMap<String, List<String>>();
        JsonColumn.read(json)
                .forEach((name, value) -> values.put(
                        name,
                        value instanceof List<?> list
                                ? list.stream().map(String::valueOf).toList()
                                : List.of()));
        return values;
    }

    /// The next number; nobody else takes it before this transaction ends, for the key says so.
    void add(Tx tx, AccountId account, String about, String author, Map<String, List<String>> fields, Instant now) {
        tx.update("""
                        insert into version (account_id, about, number, author, fields, saved_at)
                        select :account, :about, coalesce(max(v.number), 0) + 1, :author, :fields, :now
                          from version v
                         where v.account_id = :account and v.about = :about
                        """)
                .bind("account", account)
                .bind("about", about)
                .bind("author", author)
                .bind("fields", JsonColumn.write(fields))
                .bind("now", now)
                .execute();
    }

    /// Forgets all but the newest.
    void keep(Tx tx, AccountId account, String about, int versions) {
        tx.update("""
                        delete from version
                         where account_id = :account and about = :about
                           and number <= (select max(v.number) - :versions
                                            from version v
                                           where v.account_id = :account and v.about = :about)
                        """)
                .bind("account", account)
                .bind("about", about)
                .bind("versions", versions)
                .execute();
    }

    /// Newest first.
    List<Fields> versions(Tx tx, AccountId account, String about) {
        return tx.query("""
                        select v.number, v.author, v.fields, v.saved_at
                          from version v
                         where v.account_id = :account and v.about = :about
                         order by v.number desc
                        """)
                .bind("account", account)
                .bind("about", about)
                .map((row, _) -> new Fields(
                        row.getInt("number"),
                        row.getString("author"),
                        values(row.getString("fields")),
                        instant(row, "saved_at")))
                .list();
    }
}
