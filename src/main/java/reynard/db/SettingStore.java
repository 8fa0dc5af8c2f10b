package reynard.db;

import java.util.Optional;

/// What an installation has to remember beside its accounts' data.
public final class SettingStore {
    public Optional<String> find(Tx tx, String name) {
        return tx.query("select value from setting where name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .findOne();
    }

    /// Keeps the value unless there is one, which then stays: several nodes may come up at once.
    ///
    /// @return the one that is kept
    public String putIfAbsent(Tx tx, String name, String value) {
        tx.update("insert into setting (name, value) values (:name, :value) on conflict (name) do nothing")
                .bind("name", name)
                .bind("value", value)
                .execute();
        return find(tx, name).orElseThrow();
    }

    public void put(Tx tx, String name, String value) {
        tx.update("""
                        insert into setting (name, value) values (:name, :value)
                        on conflict (name) do update set value = excluded.value
                        """).bind("name", name).bind("value", value).execute();
    }
}
