package reynard.db;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// A folder with the data of one PostgreSQL server, and the server that runs on it. The caller holds the lock of
/// the data directory, so nobody else starts or stops it.
///
/// @param data     the folder with the data, `PGDATA`
/// @param log      the file that the server's messages are added to
/// @param binaries the programs
/// @param user     who runs them
record Cluster(Path data, Path log, PostgresBinaries binaries, PostgresUser user) {
    /// The role that owns the database. It is no superuser: no SQL that reaches the server can run programs or
    /// read files. The superuser has no password, so nobody can log in as it.
    static final String ROLE = "reynard";

    static final String DATABASE = "reynard";

    private static final String UNFINISHED = "postgres.new-";
    private static final long LOG_BYTES_MAX = 10_000_000;

    /// Replaying the log after a power cut may take this long.
    private static final Duration START_MAX = Duration.ofMinutes(10);

    private static final Duration FAST_STOP_MAX = Duration.ofSeconds(60);
    private static final Duration IMMEDIATE_STOP_MAX = Duration.ofSeconds(20);

    /// Creates data, role and database, if there are none.
    ///
    /// It happens in another folder, which then gets its name: whatever interrupts it, the data is there whole or
    /// not at all.
    void createIfAbsent(boolean durable) throws IOException {
        if (Files.exists(data)) {
            refuseOtherVersion();
            return;
        }
        var parent = directory();
        removeUnfinished(parent);
        var unfinished = Files.createTempDirectory(parent, UNFINISHED);
        user.own(unfinished);
        initialize(unfinished, durable);
        var password = randomPassword();
        run(
                command("postgres", "--single", "-D", unfinished.toString(), "postgres"),
                // One statement per line; the alphabet of the password needs no quoting.
                """
                create role %s login createdb in role pg_monitor password '%s';
                create database %s owner %s;
                """.formatted(ROLE, password, DATABASE, ROLE));
        Folders.writeSecret(passwordFile(unfinished), password);
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        Folders.sync(parent);
    }

    /// The password of [#ROLE].
    String password() throws IOException {
        return Files.readString(passwordFile(data));
    }

    /// Starts the server and waits until it takes connections.
    ///
    /// @throws EmbeddedDatabase.Unavailable with the last lines of its log if it does not come up
    void start(String settings) throws IOException {
        // Whoever has this number now is not our server, yet PostgreSQL would take it for one. If processes of a dead
        // server are still at the data, PostgreSQL finds them by its shared memory and refuses.
        Files.deleteIfExists(pidFile());
        user.own(data);
        var configuration = data.resolve("postgresql.conf");
        Files.writeString(configuration, settings);
        user.own(configuration);
        prepareLog();
        try {
            run(
                    command(
                            "pg_ctl",
                            "start",
                            "--silent",
                            "--wait",
                            "--timeout=" + START_MAX.toSeconds(),
                            "--pgdata=" + data,
                            "--log=" + log),
                    "");
        } catch (EmbeddedDatabase.Unavailable e) {
            throw new EmbeddedDatabase.Unavailable(e.getMessage() + "\nThe end of " + log + ":\n" + endOfLog());
        }
    }

    /// Stops the server, if it runs, and waits until it is gone: after a checkpoint, or if that takes too long at
    /// once, which costs the next start a replay of the log, but no data.
    void stop() throws IOException {
        if (postmaster().isPresent()) {
            try {
                stop("fast", FAST_STOP_MAX);
            } catch (EmbeddedDatabase.Unavailable e) {
                if (postmaster().isPresent()) {
                    stop("immediate", IMMEDIATE_STOP_MAX);
                }
            }
        }
    }

    /// The first process of the server, if it runs.
    ///
    /// The number in `postmaster.pid` alone proves nothing: after a crash, a restart of a container above all,
    /// any other process may have it. On Linux it must be that of a process that works in our folder, elsewhere
    /// that of a `postgres`.
    Optional<ProcessHandle> postmaster() throws IOException {
        if (Files.notExists(pidFile())) {
            return Optional.empty();
        }
        var pid = Files.readString(pidFile()).lines().findFirst().orElse("").strip();
        if (!pid.matches("[0-9]{1,18}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(pid))
                .filter(ProcessHandle::isAlive)
                .filter(this::isOurs);
    }

    private boolean isOurs(ProcessHandle process) {
        var folder = Path.of("/proc", Long.toString(process.pid()), "cwd");
        try {
            return Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
                    ? Files.isSameFile(folder, data)
                    : process.info().command().orElse("").endsWith("/postgres");
        } catch (IOException gone) {
            return false;
        }
    }

    private Path directory() {
        return Objects.requireNonNull(data.getParent());
    }

    private static void removeUnfinished(Path parent) throws IOException {
        try (var left = Files.newDirectoryStream(parent, UNFINISHED + "*")) {
            for (var folder : left) {
                Folders.delete(folder);
            }
        }
    }

    private void refuseOtherVersion() throws IOException {
        var version = Files.readString(data.resolve("PG_VERSION")).strip();
        if (!version.equals(PostgresBinaries.MAJOR_VERSION)) {
            throw new EmbeddedDatabase.Unavailable(data + " was written by PostgreSQL " + version
                    + ", and this is PostgreSQL " + PostgresBinaries.MAJOR_VERSION
                    + ": dump it with the Reynard that wrote it, then restore it here (docs/operating.md)");
        }
    }

    private void initialize(Path folder, boolean durable) throws IOException {
        var command = command(
                "initdb",
                "--pgdata=" + folder,
                "--username=postgres",
                "--auth-local=reject",
                "--auth-host=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C",
                // Sorted by PostgreSQL itself: an upgrade of the system's C library cannot spoil an index.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8");
        if (!durable) {
            command.add("--no-sync");
        }
        run(command, "");
    }

    private void stop(String mode, Duration max) throws IOException {
        run(
                command(
                        "pg_ctl",
                        "stop",
                        "--silent",
                        "--wait",
                        "--mode=" + mode,
                        "--timeout=" + max.toSeconds(),
                        "--pgdata=" + data),
                "");
    }

    private void prepareLog() throws IOException {
        if (Files.exists(log) && Files.size(log) > LOG_BYTES_MAX) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.notExists(log)) {
            Files.createFile(log);
        }
        user.own(log);
    }

    private String endOfLog() throws IOException {
        var lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    private List<String> command(String program, String... arguments) {
        var command = new ArrayList<>(user.command());
        command.add(binaries.program(program));
        command.addAll(List.of(arguments));
        return command;
    }

    private Path pidFile() {
        return data.resolve("postmaster.pid");
    }

    private static Path passwordFile(Path data) {
        return data.resolve("reynard.password");
    }

    private static String randomPassword() {
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static void run(List<String> command, String input) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        // PGDATA and its like would speak for another server.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        var process = builder.start();
        try (var toProcess = process.outputWriter(StandardCharsets.UTF_8)) {
            toProcess.write(input);
        }
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            var exit = process.waitFor();
            if (exit != 0) {
                throw new EmbeddedDatabase.Unavailable(
                        "PostgreSQL: " + String.join(" ", command) + " ended with " + exit + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + command.getFirst());
        }
    }
}
