package reynard.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A lock that lasts as long as a database session: what a node holds while it is alive, and what falls free the moment
/// that it dies, however it dies.
public final class SessionLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLock.class);

    private final String jdbcUrl;
    private final long key;
    private Connection connection;

    private SessionLock(String jdbcUrl, long key, Connection connection) {
        this.jdbcUrl = jdbcUrl;
        this.key = key;
        this.connection = connection;
    }

    /// @throws SQLException when the database does not answer, or somebody holds this key
    public static SessionLock take(String jdbcUrl, long key) throws SQLException {
        return new SessionLock(jdbcUrl, key, open(jdbcUrl, key));
    }

    private static Connection open(String jdbcUrl, long key) throws SQLException {
        var properties = new Properties();
        // Whoever keeps the lock must notice that the database has hung.
        properties.setProperty("socketTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        var connection = DriverManager.getConnection(jdbcUrl, properties);
        try (var statement = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            statement.setLong(1, key);
            try (var row = statement.executeQuery()) {
                if (row.next() && row.getBoolean(1)) {
                    return connection;
                }
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        connection.close();
        throw new SQLException("the advisory lock " + key + " is held by another session");
    }

    /// Takes the lock again when the session was lost, as soon as the database is there again and has noticed.
    ///
    /// @return whether the lock is held
    public synchronized boolean keep() {
        try {
            if (!connection.isValid(2)) {
                connection.close();
                connection = open(jdbcUrl, key);
                LOG.warn("the session that says that this node is alive was lost, and is there again");
            }
            return true;
        } catch (SQLException e) {
            LOG.debug("the session lock is not to be had yet", e);
            return false;
        }
    }

    /// Whether nobody holds this key, so that its node is dead. Asked in a statement without a table.
    public static boolean isFree(Tx tx, long key) {
        return tx.query("select pg_try_advisory_xact_lock(:key)")
                .bind("key", key)
                .mapTo(Boolean.class)
                .one();
    }

    @Override
    public synchronized void close() throws SQLException {
        connection.close();
    }
}
