package reynard.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reynard.db.Database;
import reynard.db.Tx;

/// Counts what is rationed, for all nodes together.
///
/// A node takes some of what is left from the shared count and hands it out from memory, so that a request far from the
/// limit costs no transaction. What it has not handed out after five seconds it gives back when it takes more. Near the
/// limit it takes one by one, so never more than the ration is handed out, however many nodes there are; a little less
/// may be, while another node holds it.
///
/// Threads: any. Those that ask for the same name go one after the other.
public final class Rations {
    /// Far from the limit a node takes this part of what is left.
    private static final int PART = 20;

    private static final int TAKEN_MAX = 100;
    private static final long HELD_SECONDS = 5;

    private final RationStore store = new RationStore();
    private final Database database;
    private final Map<String, Held> held = new ConcurrentHashMap<>();

    public Rations(Database database) {
        this.database = database;
    }

    public sealed interface Taking {
        record Taken() implements Taking {}

        record Refused(Duration retryAfter) implements Taking {}
    }

    /// What this node has of one ration. Guarded by itself.
    private static final class Held {
        private long slot;
        private int left;
        private Instant takenAt = Instant.EPOCH;
        private Instant refusedUntil = Instant.EPOCH;
        private Instant forgetAt = Instant.MAX;
    }

    /// @param name of whom or what the count is
    public Taking take(String name, Ration ration, Instant now) {
        var here = held.computeIfAbsent(name, _ -> new Held());
        synchronized (here) {
            if (here.left > 0 && !now.isAfter(here.takenAt.plusSeconds(HELD_SECONDS))) {
                here.left--;
                return new Taking.Taken();
            }
            if (now.isBefore(here.refusedUntil)) {
                return new Taking.Refused(Duration.between(now, here.refusedUntil));
            }
            return database.inTx(tx -> take(tx, name, ration, here, now));
        }
    }

    private Taking take(Tx tx, String name, Ration ration, Held here, Instant now) {
        var counts = store.lock(tx, name);
        counts.headMap(ration.oldest(now)).clear();
        counts.computeIfPresent(here.slot, (_, count) -> count > here.left ? count - here.left : null);
        int done = counts.values().stream().mapToInt(Integer::intValue).sum();
        int free = ration.times() - done;
        int taken = Math.clamp(free / PART, Math.min(free, 1), TAKEN_MAX);
        long slot = ration.slot(now);
        if (taken > 0) {
            counts.merge(slot, taken, Integer::sum);
        }
        var forgetAt = counts.isEmpty() ? now : ration.forgottenAt(counts.lastKey());
        store.save(tx, name, counts, forgetAt);
        here.slot = slot;
        here.takenAt = now;
        here.forgetAt = forgetAt;
        here.left = Math.max(0, taken - 1);
        if (taken > 0) {
            return new Taking.Taken();
        }
        here.refusedUntil = ration.forgottenAt(counts.firstKey());
        return new Taking.Refused(Duration.between(now, here.refusedUntil));
    }

    /// Forgets what no longer counts.
    ///
    /// @return how many rows that were
    public int sweep(Instant now) {
        held.values().removeIf(here -> {
            synchronized (here) {
                return here.forgetAt.isBefore(now);
            }
        });
        return database.inTx(tx -> store.sweep(tx, now));
    }

    /// Those who share an address or, in IPv6, the half of it that one household or machine is given.
    public static String network(String address) {
        try {
            if (address.indexOf(':') < 0) {
                return address;
            }
            var bytes = InetAddress.ofLiteral(address.replaceAll("[\\[\\]]|%.*", ""))
                    .getAddress();
            return bytes.length == 4
                    ? InetAddress.getByAddress(bytes).getHostAddress()
                    : HexFormat.of().formatHex(bytes, 0, 8);
        } catch (IllegalArgumentException | UnknownHostException e) {
            return address;
        }
    }
}
