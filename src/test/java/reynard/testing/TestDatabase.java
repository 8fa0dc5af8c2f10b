package reynard.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reynard.db.EmbeddedDatabase;

/// A real PostgreSQL for the tests: one server per JVM, started when the first test asks for it and removed with
/// its data when the JVM ends; a database per test, cloned from a template in some 50 ms.
///
/// The zone of each database is not UTC, so that code which relies on it is found out. (pgjdbc sends the zone of
/// the JVM when it connects, and that wins; Surefire sets the same zone there.) Nothing here survives a crash:
/// fsync is off.
///
/// Safe for use by several threads.
public final class TestDatabase {
    private static final String ZONE = "Pacific/Chatham";
    private static final EmbeddedDatabase.Settings SETTINGS = new EmbeddedDatabase.Settings(64, 200, false);
    private static final AtomicInteger count = new AtomicInteger();
    private static final Path PROGRAMS = Path.of("target").toAbsolutePath();
    // Each database is some 600 files. ext4 is slow to make files where many have just been deleted, half a second for
    // a database, so they are kept in memory where there is room for them: 8 MB each, a few at a time.
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ROOM = 2L << 30;
    private static final String PREFIX = "reynard-test-database-";

    private final String template;

    /// A template that is prepared now.
    ///
    /// @param migrate gets the JDBC URL of an empty database, and must have closed its connections when it returns
    public TestDatabase(Consumer<String> migrate) {
        template = newDatabase("template0");
        migrate.accept(url(template));
    }

    /// The JDBC URL of a new and empty database.
    public static String create() {
        return url(newDatabase("template0"));
    }

    /// The JDBC URL of a new database with the schema that `migrate` makes.
    ///
    /// The first call in a JVM runs `migrate` on the template that all calls share, so all must pass the same
    /// migrations.
    ///
    /// @param migrate gets the JDBC URL of an empty database, and must have closed its connections when it returns
    public static String fresh(Consumer<String> migrate) {
        return Migrated.with(migrate).cloned();
    }

    /// Removes a database that a test no longer needs, whoever is still connected; each takes 8 MB.
    ///
    /// @param url the JDBC URL that [#create] or [#fresh] returned
    public static void drop(String url) {
        try {
            execute("drop database %s with (force)".formatted(url.replaceFirst(".*/([^/?]+)\\?.*", "$1")));
        } catch (IllegalStateException e) {
            // Its own vacuum is at work in it, which nobody may end. Then it goes with the whole server.
            if (!(e.getCause() instanceof SQLException cause) || !"42501".equals(cause.getSQLState())) {
                throw e;
            }
        }
    }

    /// The JDBC URL of a new database that is like this one, to which nobody may be connected: a restored backup.
    public static String copyOf(String url) {
        return url(newDatabase(url.replaceFirst(".*/([^/?]+)\\?.*", "$1")));
    }

    /// The JDBC URL of a new database that is like the template.
    public String cloned() {
        return url(newDatabase(template));
    }

    /// A new folder for a cluster, which a user without rights can reach, and which whoever asked for it removes.
    public static Path folder() throws IOException {
        Files.createDirectories(PROGRAMS);
        var directory = Files.createTempDirectory(place(), PREFIX);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory;
    }

    /// Removes a folder that [#folder] has made.
    public static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path place() throws IOException {
        if (!Files.isWritable(MEMORY)) {
            return PROGRAMS;
        }
        // Who was killed has left its own there.
        try (var left = Files.newDirectoryStream(MEMORY, PREFIX + "*")) {
            for (var directory : left) {
                if (isAbandoned(directory)) {
                    delete(directory);
                }
            }
        }
        return Files.getFileStore(MEMORY).getUsableSpace() < ROOM ? PROGRAMS : MEMORY;
    }

    private static boolean isAbandoned(Path directory) throws IOException {
        try (var files = Files.walk(directory, 2)) {
            var lock = files.filter(file -> file.endsWith("postmaster.pid")).findFirst();
            if (lock.isEmpty()) {
                var anHourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
                return Files.getLastModifiedTime(directory).compareTo(anHourAgo) < 0;
            }
            var lines = Files.readAllLines(lock.get());
            // While a cluster is made, its only process writes its number with a minus.
            return !lines.isEmpty()
                    && ProcessHandle.of(Math.abs(Long.parseLong(lines.getFirst().strip())))
                            .isEmpty();
        } catch (UncheckedIOException | NoSuchFileException e) {
            // Somebody else is about to remove it.
            return false;
        }
    }

    private static String newDatabase(String template) {
        var name = "test_" + count.incrementAndGet();
        execute(
                "create database %s template %s".formatted(name, template),
                "alter database %s set timezone = '%s'".formatted(name, ZONE));
        return name;
    }

    private static String url(String database) {
        return Server.RUNNING.jdbcUrl().replaceFirst("/[^/?]+\\?", "/" + database + "?");
    }

    private static void execute(String... statements) {
        try (var connection = DriverManager.getConnection(Server.RUNNING.jdbcUrl());
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(String.join("; ", statements), e);
        }
    }

    /// The template that [#fresh] clones.
    private static final class Migrated {
        private static @Nullable TestDatabase template;

        static synchronized TestDatabase with(Consumer<String> migrate) {
            var found = template;
            if (found == null) {
                found = new TestDatabase(migrate);
                template = found;
            }
            return found;
        }
    }

    /// The server, started when this class is first used.
    private static final class Server {
        static final EmbeddedDatabase RUNNING = start();

        private static EmbeddedDatabase start() {
            try {
                var directory = folder();
                var server = EmbeddedDatabase.start(directory, PROGRAMS, SETTINGS);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    server.close();
                    delete(directory);
                }));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
