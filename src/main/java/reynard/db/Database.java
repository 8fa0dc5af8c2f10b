package reynard.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.Type;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.id.Id;

/// The PostgreSQL behind the server: a pool of connections, transactions on them, and the schema's migrations.
///
/// Threads: any number; each transaction holds one pooled connection from beginning to end.
public final class Database implements AutoCloseable {
    // Citus refuses some DDL without these two; plain PostgreSQL accepts the names and forgets them (schema rules, 4).
    private static final String MIGRATION_SETTINGS = """
            set citus.enable_local_reference_table_foreign_keys = off;
            set citus.multi_shard_modify_mode = 'sequential'
            """;
    /// The database's limit for what it does not say: the longest statements, of large bulks and checks, take less.
    private static final String SOCKET_TIMEOUT_SECONDS = "300";

    private static final Set<String> DISK_FULL = Set.of("53100");
    private static final String UNIQUE_VIOLATION = "23505";
    // What a transaction meets when others got ahead of it: a deadlock that was ended at its cost, a serialization
    // failure, and a row it points to that has been deleted since it was looked up (PostgreSQL, appendix A).
    private static final Set<String> OVERTAKEN = Set.of("40P01", "40001", "23503");
    private static final int ATTEMPTS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private volatile boolean full;

    private Database(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool)
                .registerArgument(new InstantArgument())
                .registerArgument(new IdArgument())
                .registerArgument(new ArrayArgument());
    }

    /// Opens a pool of at most `connectionsMax` connections. The database must answer within 3.5 seconds.
    public static Database open(String jdbcUrl, int connectionsMax) {
        var config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl);
        config.setMaximumPoolSize(connectionsMax);
        config.setMinimumIdle(Math.min(4, connectionsMax));
        config.setConnectionTimeout(3_500);
        // A network that has gone dark must not keep a request waiting for longer than its client does.
        config.setValidationTimeout(1_000);
        config.setPoolName("reynard");
        var properties = new Properties();
        properties.setProperty("reWriteBatchedInserts", "true");
        properties.setProperty("ApplicationName", "reynard");
        properties.setProperty("tcpKeepAlive", "true");
        // A database that has hung must not hang this node for ever. The URL may name another limit.
        properties.setProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
        // Due times are computed in Java; whatever a statement shows of time, it shows in UTC.
        properties.setProperty("options", "-c TimeZone=UTC -c synchronous_commit=on");
        config.setDataSourceProperties(properties);
        return new Database(new HikariDataSource(config));
    }

    /// Brings the schema to this release. Several nodes may call it at once; Flyway lets one work.
    public static void migrate(String jdbcUrl) {
        Flyway.configure()
                .dataSource(jdbcUrl, null, null)
                .initSql(MIGRATION_SETTINGS)
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    /// Runs the work in one transaction: committed when it returns, rolled back when it throws.
    ///
    /// Work that was overtaken by another transaction, in a deadlock or by the deletion of what it points to, is
    /// rolled back and run again on the new state of things, a few times at most. So the work must change nothing
    /// outside of its transaction.
    public <T extends @Nullable Object> T inTx(Function<Tx, T> work) {
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            try {
                return once(work);
            } catch (RuntimeException failure) {
                if (!isOvertaken(failure)) {
                    throw failure;
                }
                LOG.debug("overtaken in attempt {}; trying again", attempt, failure);
            }
        }
        return once(work);
    }

    private <T extends @Nullable Object> T once(Function<Tx, T> work) {
        try {
            return jdbi.inTransaction(handle -> work.apply(new Tx(handle)));
        } catch (RuntimeException failure) {
            full |= hasState(failure, DISK_FULL);
            throw failure;
        }
    }

    /// Whether a transaction has failed because the disk is full, and no [Capacity] has found room since.
    boolean wasFull() {
        return full;
    }

    void hasRoom() {
        full = false;
    }

    /// As [#inTx], for work without a result.
    public void useTx(Consumer<Tx> work) {
        this.<@Nullable Void>inTx(tx -> {
            work.accept(tx);
            return null;
        });
    }

    /// Runs statements that only read, each of which sees what is committed when it begins, as those of [#inTx] do, but
    /// without the two messages that a transaction costs. Nothing may be locked or written.
    public <T> T read(Function<Tx, T> work) {
        return jdbi.withHandle(handle -> work.apply(new Tx(handle)));
    }

    /// Tells of each statement as PostgreSQL gets it, with `?` for its parameters: for those who read plans.
    public void watch(Consumer<String> statements) {
        jdbi.setSqlLogger(new SqlLogger() {
            @Override
            public void logBeforeExecution(StatementContext context) {
                if (context.getParsedSql() != null) {
                    statements.accept(context.getParsedSql().getSql());
                }
            }
        });
    }

    /// Whether this failure means that a unique constraint has refused a row: another has what it wants to have.
    public static boolean isTaken(Throwable failure) {
        return failure.getCause() instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState());
    }

    private static boolean isOvertaken(Throwable failure) {
        return hasState(failure, OVERTAKEN);
    }

    private static boolean hasState(Throwable failure, Set<String> states) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null && states.contains(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    /// Whether the database was at fault, or the way to it.
    public static boolean isFailure(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException || cause instanceof JdbiException) {
                return true;
            }
        }
        return false;
    }

    /// Whether this failure means that the database was not there, or had no room: the same request may succeed later.
    public static boolean isUnreachable(Throwable failure) {
        return failure instanceof ConnectionException
                || (failure instanceof SQLException sql
                        && sql.getSQLState() != null
                        && (sql.getSQLState().startsWith("08")
                                || sql.getSQLState().startsWith("53")
                                || sql.getSQLState().startsWith("57P")));
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class InstantArgument extends AbstractArgumentFactory<Instant> {
        InstantArgument() {
            super(Types.TIMESTAMP_WITH_TIMEZONE);
        }

        @Override
        protected Argument build(Instant value, ConfigRegistry config) {
            return (position, statement, context) -> statement.setObject(position, value.atOffset(ZoneOffset.UTC));
        }
    }

    /// Arrays by their own types, which PostgreSQL's driver sends as they are; arrays of `Object` it would write as
    /// text.
    private static final class ArrayArgument implements ArgumentFactory {
        private static final Map<Type, String> TYPES =
                Map.of(Long[].class, "int8", Integer[].class, "int4", String[].class, "text", byte[][].class, "bytea");

        @Override
        public Optional<Argument> build(Type type, @Nullable Object value, ConfigRegistry config) {
            var name = TYPES.get(type);
            return name == null || value == null
                    ? Optional.empty()
                    : Optional.of((position, statement, _) -> statement.setArray(
                            position, statement.getConnection().createArrayOf(name, (Object[]) value)));
        }
    }

    private static final class IdArgument extends AbstractArgumentFactory<Id> {
        IdArgument() {
            super(Types.BIGINT);
        }

        @Override
        protected Argument build(Id value, ConfigRegistry config) {
            return (position, statement, context) -> statement.setLong(position, value.value());
        }
    }
}
