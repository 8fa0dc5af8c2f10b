package reynard.db;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the database has room for what is written. Once it had none, that is only believed again when so much could
/// be written as fills some pages of a disk.
public final class Capacity {
    private static final Logger LOG = LoggerFactory.getLogger(Capacity.class);
    private static final int BALLAST_BYTES = 256 * 1024;

    private final Database database;
    private final long node;
    private final Duration pause;
    private long triedAt;

    /// @param node whose ballast it is
    /// @param pause between two tries to write
    public Capacity(Database database, long node, Duration pause) {
        this.database = database;
        this.node = node;
        this.pause = pause;
    }

    /// May write to find out.
    public synchronized boolean isThere() {
        if (!database.wasFull()) {
            return true;
        }
        long now = System.nanoTime();
        if (triedAt != 0 && now - triedAt < pause.toNanos()) {
            return false;
        }
        triedAt = now;
        try {
            database.useTx(this::write);
        } catch (RuntimeException e) {
            LOG.warn("the database still has no room", e);
            return false;
        }
        LOG.info("the database has room again");
        database.hasRoom();
        return true;
    }

    private void write(Tx tx) {
        var bytes = new byte[BALLAST_BYTES];
        // What could be compressed would fill less.
        RandomGenerator.getDefault().nextBytes(bytes);
        tx.update("insert into ballast (node, bytes) values (:node, :bytes)")
                .bind("node", node)
                .bind("bytes", bytes)
                .execute();
        tx.update("delete from ballast where node = :node").bind("node", node).execute();
    }
}
