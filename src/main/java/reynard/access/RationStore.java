package reynard.access;

import java.time.Instant;
import java.util.NavigableMap;
import java.util.TreeMap;
import reynard.db.Tx;

/// Every statement about rations. They belong to no account.
final class RationStore {
    /// What was counted in each slot, and nobody else counts before this transaction ends.
    NavigableMap<Long, Integer> lock(Tx tx, String name) {
        tx.update("""
                        insert into ration (name, slots, counts, forget_at)
                        values (:name, '{}', '{}', '-infinity')
                        on conflict do nothing
                        """).bind("name", name).execute();
        var counts = new TreeMap<Long, Integer>();
        tx.query("select slots, counts from ration where name = :name for update")
                .bind("name", name)
                .map((row, _) -> {
                    var slots = (Long[]) row.getArray("slots").getArray();
                    var each = (Integer[]) row.getArray("counts").getArray();
                    for (int i = 0; i < slots.length; i++) {
                        counts.put(slots[i], each[i]);
                    }
                    return name;
                })
                .findOne();
        return counts;
    }

    void save(Tx tx, String name, NavigableMap<Long, Integer> counts, Instant forgetAt) {
        tx.update("update ration set slots = :slots, counts = :counts, forget_at = :forgetAt where name = :name")
                .bind("name", name)
                .bind("slots", counts.keySet().toArray(Long[]::new))
                .bind("counts", counts.values().toArray(Integer[]::new))
                .bind("forgetAt", forgetAt)
                .execute();
    }

    int sweep(Tx tx, Instant now) {
        return tx.update("delete from ration where forget_at < :now")
                .bind("now", now)
                .execute();
    }
}
