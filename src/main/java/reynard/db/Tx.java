package reynard.db;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/// An open transaction. Whoever is handed one takes part in it; only [Database] begins and ends them.
public final class Tx {
    private final Handle handle;

    Tx(Handle handle) {
        this.handle = handle;
    }

    /// A statement that answers rows; named parameters as `:name`.
    public Query query(String sql) {
        return handle.createQuery(sql);
    }

    /// A statement that answers how many rows it changed.
    public Update update(String sql) {
        return handle.createUpdate(sql);
    }

    /// One statement for many rows, sent together.
    public PreparedBatch batch(String sql) {
        return handle.prepareBatch(sql);
    }
}
