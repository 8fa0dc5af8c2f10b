package reynard.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL 17 server of our own, for whoever has not named one: started with the program, stopped with it,
/// its data in a folder that outlives both.
///
/// The data directory holds
///
/// - `postgres/`: the data, with fsync and checksums on; `postgres/local.conf`, if there is one, tunes the server,
/// - `postgres.log`: what the server says,
/// - `pg_service.conf`: how `psql` and `pg_dump` reach it (`PGSERVICEFILE=data/pg_service.conf psql service=reynard`),
/// - `postgresql-17.5-…/`: its programs,
/// - `reynard.lock`: locked as long as a server uses this directory.
///
/// It listens on 127.0.0.1 alone, on a free port, and takes one role with a random password (SCRAM). A server
/// that dies is started again on its port within about a second; one that a killed program left behind is stopped
/// before the next start. The server is not in the terminal's process group, so Ctrl-C reaches only us, and we
/// stop it when everything that uses it has stopped: [#close()] is the caller's to call, this class installs no
/// shutdown hook.
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final int STARTS_MAX = 3;

    /// How large the server is, and how careful.
    ///
    /// @param sharedBuffersMegabytes PostgreSQL's own cache, in MB
    /// @param connectionsMax         connections at the same time
    /// @param durable                whether a commit that was reported survives a crash; false is for tests alone
    public record Settings(int sharedBuffersMegabytes, int connectionsMax, boolean durable) {
        /// What a small server needs.
        public static final Settings SMALL_SERVER = new Settings(64, 60, true);
    }

    /// The database cannot be had; the message says to an operator why, and what to do about it.
    public static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }

        Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private final FileChannel lock;
    private final Cluster cluster;
    private final Settings settings;
    private final Path serviceFile;
    private final String password;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("postgres-watch").daemon().factory());
    private int port;
    private boolean down;
    private boolean closed;

    private EmbeddedDatabase(FileChannel lock, Cluster cluster, Settings settings, Path serviceFile)
            throws IOException {
        this.lock = lock;
        this.cluster = cluster;
        this.settings = settings;
        this.serviceFile = serviceFile;
        this.password = cluster.password();
    }

    /// Starts the server on the data in this directory, or creates both.
    ///
    /// @throws Unavailable if another server uses the directory, or it cannot be started
    public static EmbeddedDatabase start(Path dataDirectory) {
        return start(dataDirectory, dataDirectory, Settings.SMALL_SERVER);
    }

    /// The same with other settings, and with the server's programs (60 MB) in another directory, where several
    /// servers can share them.
    public static EmbeddedDatabase start(Path dataDirectory, Path programs, Settings settings) {
        try {
            Files.createDirectories(dataDirectory);
            return start(dataDirectory.toRealPath(), programs, settings, PostgresUser.forThisProcess());
        } catch (AccessDeniedException e) {
            throw new Unavailable("no permission for " + e.getFile() + ", which the data directory needs", e);
        } catch (IOException e) {
            throw new Unavailable("the embedded PostgreSQL in " + dataDirectory + " cannot be started: " + e, e);
        }
    }

    static EmbeddedDatabase start(Path dataDirectory, Path programs, Settings settings, PostgresUser user)
            throws IOException {
        var lock = lock(dataDirectory);
        try {
            var cluster = new Cluster(
                    dataDirectory.resolve("postgres"),
                    dataDirectory.resolve("postgres.log"),
                    PostgresBinaries.unpackedIn(programs),
                    user);
            cluster.createIfAbsent(settings.durable());
            var database = new EmbeddedDatabase(lock, cluster, settings, dataDirectory.resolve("pg_service.conf"));
            database.start();
            return database;
        } catch (Throwable e) {
            lock.close();
            throw e;
        }
    }

    /// The address for pgjdbc. It holds the password, so it must not be logged.
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s&sslmode=disable"
                .formatted(port, Cluster.DATABASE, Cluster.ROLE, password);
    }

    /// Ends all connections and stops the server. Whatever was committed is on the disk before and after.
    @Override
    public void close() {
        watch.shutdown();
        stop();
    }

    private synchronized void stop() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock) {
            cluster.stop();
            Files.deleteIfExists(serviceFile);
        } catch (IOException e) {
            throw new Unavailable("the embedded PostgreSQL cannot be stopped: " + e, e);
        }
    }

    /// Nobody may use the directory while we do. The system drops the lock when this process ends, however it
    /// ends.
    private static FileChannel lock(Path dataDirectory) throws IOException {
        var file = dataDirectory.resolve("reynard.lock");
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
                return channel;
            }
        } catch (OverlappingFileLockException lockedByThisProcess) {
            // Answered below, as for another process.
        }
        channel.close();
        throw new Unavailable("another Reynard (process " + Files.readString(file) + ") uses the data directory "
                + dataDirectory + ": stop it, or choose another directory with REYNARD_DATA_DIR");
    }

    private synchronized void start() throws IOException {
        if (cluster.postmaster().isPresent()) {
            log.info("Stopping the PostgreSQL that was left running in {}", cluster.data());
            cluster.stop();
        }
        startOnFreePort();
        Folders.writeSecret(serviceFile, """
                [reynard]
                host=127.0.0.1
                port=%d
                dbname=%s
                user=%s
                password=%s
                """.formatted(port, Cluster.DATABASE, Cluster.ROLE, password));
        var _ = watch.scheduleWithFixedDelay(this::restartIfGone, 1, 1, TimeUnit.SECONDS);
    }

    /// Between finding a free port and listening on it somebody else may take it.
    private void startOnFreePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            port = freePort();
            try {
                cluster.start(configuration());
                return;
            } catch (Unavailable e) {
                cluster.stop();
                if (attempt == STARTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /// One look of the watch, which looks every second.
    synchronized void restartIfGone() {
        try {
            if (!closed && cluster.postmaster().isEmpty()) {
                if (!down) {
                    log.error("PostgreSQL is gone; starting it again. Its last words are in {}", cluster.log());
                }
                cluster.start(configuration());
                log.info("PostgreSQL runs again");
                down = false;
            }
        } catch (IOException | RuntimeException e) {
            // The next look tries again; one line for an outage is enough.
            if (!down) {
                log.error("PostgreSQL does not start; trying again every second", e);
            }
            down = true;
        }
    }

    private String configuration() {
        return """
                # Written by Reynard at each start. Put your own settings into local.conf, next to this file.
                listen_addresses = '127.0.0.1'
                port = %1$d
                unix_socket_directories = ''
                max_connections = %2$d
                shared_buffers = %3$dMB
                # Memory that parallel queries need is scarce in containers (/dev/shm), and so are processors.
                max_parallel_workers_per_gather = 0
                jit = off
                random_page_cost = 1.1
                wal_level = minimal
                max_wal_senders = 0
                wal_buffers = 8MB
                max_wal_size = 4GB
                min_wal_size = 80MB
                timezone = 'UTC'
                log_timezone = 'UTC'
                # A failed statement is for whoever sent it to log; its values may be people's addresses.
                log_error_verbosity = terse
                log_min_error_statement = panic
                log_checkpoints = off
                include_if_exists = 'local.conf'
                # What follows keeps our promises, and is not for local.conf to change.
                fsync = %4$s
                full_page_writes = %4$s
                synchronous_commit = %4$s
                """.formatted(
                port, settings.connectionsMax(), settings.sharedBuffersMegabytes(), settings.durable() ? "on" : "off");
    }
}
