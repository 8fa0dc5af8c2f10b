package reynard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestDatabase;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EmbeddedDatabaseTest {
    private static final Path PROGRAMS = Path.of("target").toAbsolutePath();
    private static final EmbeddedDatabase.Settings SETTINGS = EmbeddedDatabase.Settings.SMALL_SERVER;

    private Path directory = PROGRAMS;

    @BeforeEach
    void createDirectory() throws IOException {
        directory = TestDatabase.folder();
    }

    @AfterEach
    void removeDirectory() throws IOException {
        stopWhatAFailedTestLeft();
        Folders.delete(directory);
    }

    @Test
    void it_starts_in_an_empty_directory_and_keeps_its_data() throws SQLException {
        try (var database = start()) {
            execute(database, "create table reader (name text)");
            execute(database, "insert into reader values ('Ada')");
        }
        try (var database = start()) {
            assertThat(ask(database, "select name from reader")).isEqualTo("Ada");
        }
    }

    @Test
    void local_settings_tune_it_but_cannot_make_it_forget() throws Exception {
        start().close();
        Files.writeString(directory.resolve("postgres/local.conf"), "work_mem = 7MB\nfsync = off\n");
        try (var database = start()) {
            assertThat(ask(database, "show work_mem")).isEqualTo("7MB");
            assertThat(ask(database, "show fsync")).isEqualTo("on");
        }
    }

    @Test
    void nothing_runs_after_it_was_closed() throws Exception {
        var database = start();
        var postmaster = postmaster();
        database.close();
        awaitEnd(postmaster);
        assertThat(directory.resolve("pg_service.conf")).doesNotExist();
    }

    @Test
    void a_second_server_on_the_same_directory_is_refused() {
        try (var _ = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(EmbeddedDatabase.Unavailable.class)
                    .hasMessageContaining("another Reynard (process "
                            + ProcessHandle.current().pid() + ") uses the data directory " + directory);
        }
    }

    @Test
    void after_its_program_was_killed_the_data_is_there_and_one_server_runs() throws Exception {
        var program = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Killed.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = program.inputReader()) {
            assertThat(output.readLine()).isEqualTo("committed");
            assertThatThrownBy(this::start).hasMessageContaining("another Reynard (process " + program.pid() + ")");
            program.destroyForcibly().waitFor();
        }
        var orphan = postmaster();
        assertThat(orphan.isAlive()).isTrue();

        try (var database = start()) {
            awaitEnd(orphan);
            assertThat(postmaster().isAlive()).isTrue();
            assertThat(ask(database, "select name from reader")).isEqualTo("Ada");
        }
    }

    /// The program of the test above: commits and waits for its end.
    static final class Killed {
        public static void main(String[] arguments) throws Exception {
            var database = EmbeddedDatabase.start(Path.of(arguments[0]), PROGRAMS, SETTINGS);
            execute(database, "create table reader (name text)");
            execute(database, "insert into reader values ('Ada')");
            System.out.println("committed");
            Thread.currentThread().join();
        }
    }

    @Test
    void a_server_that_dies_is_started_again_on_its_port() throws Exception {
        try (var database = start()) {
            execute(database, "create table reader (name text)");
            var dead = postmaster();
            dead.destroyForcibly();
            awaitEnd(dead);
            database.restartIfGone();
            assertThat(ask(database, "select count(*) from reader")).isEqualTo("0");
        }
    }

    @Test
    void the_number_of_some_other_process_in_its_pid_file_does_not_stop_it() throws Exception {
        start().close();
        Files.writeString(
                directory.resolve("postgres/postmaster.pid"),
                ProcessHandle.current().pid() + "\n" + directory.resolve("postgres") + "\n");
        try (var database = start()) {
            assertThat(ask(database, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void a_creation_that_was_interrupted_is_begun_anew() throws Exception {
        Files.createDirectories(directory.resolve("postgres.new-1/base"));
        try (var database = start()) {
            assertThat(ask(database, "select 1")).isEqualTo("1");
        }
        assertThat(directory.resolve("postgres.new-1")).doesNotExist();
    }

    @Test
    void data_of_another_major_version_is_refused() throws IOException {
        start().close();
        Files.writeString(directory.resolve("postgres/PG_VERSION"), "16\n");
        assertThatThrownBy(this::start).hasMessageContaining("was written by PostgreSQL 16");
    }

    @Test
    void a_server_that_does_not_come_up_says_why() throws IOException {
        start().close();
        Files.writeString(directory.resolve("postgres/local.conf"), "work_mem = much\n");
        assertThatThrownBy(this::start).hasMessageContaining("invalid value for parameter \"work_mem\": \"much\"");
    }

    @Test
    void root_without_namespaces_runs_it_as_nobody_and_back() throws Exception {
        assumeTrue(new UnixSystem().getUid() == 0, "only root can become another user");
        for (var user :
                List.of(PostgresUser.NOBODY_AT_ALL, PostgresUser.ROOT_IN_A_NAMESPACE, PostgresUser.NOBODY_AT_ALL)) {
            try (var database = EmbeddedDatabase.start(directory, PROGRAMS, SETTINGS, user)) {
                assertThat(Files.getAttribute(Path.of("/proc/" + postmaster().pid()), "unix:uid"))
                        .isEqualTo(user.id());
                execute(database, "create table if not exists reader (name text)");
            }
        }
    }

    @Test
    void while_it_runs_it_is_durable_and_private() throws Exception {
        try (var database = start()) {
            for (var promise : List.of("fsync", "full_page_writes", "synchronous_commit", "data_checksums")) {
                assertThat(ask(database, "show " + promise)).as(promise).isEqualTo("on");
            }
            assertThat(ask(database, "show server_version"))
                    .as("the version in the name of the programs' folder")
                    .isEqualTo(PostgresBinaries.VERSION);
            assertThat(ask(database, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(database, "select rolsuper from pg_roles where rolname = current_user"))
                    .isEqualTo("f");
            var url = database.jdbcUrl();
            for (var wrong : List.of(
                    url.replaceFirst("password=[^&]*", "password=guess"),
                    url.replaceFirst("user=reynard", "user=postgres"))) {
                assertThatThrownBy(() -> DriverManager.getConnection(wrong).close())
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("password authentication failed");
            }
            for (var file : List.of("pg_service.conf", "postgres/reynard.password")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file))))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void root_does_not_take_the_data_of_another_user() throws Exception {
        assumeTrue(new UnixSystem().getUid() == 0, "only root could take it");
        start().close();
        Folders.give(directory.resolve("postgres"), 12345);
        assertThatThrownBy(this::start).hasMessageContaining("belongs to 12345: run Reynard as that user");
    }

    private EmbeddedDatabase start() {
        return EmbeddedDatabase.start(directory, PROGRAMS, SETTINGS);
    }

    private void stopWhatAFailedTestLeft() throws IOException {
        new Cluster(
                        directory.toRealPath().resolve("postgres"),
                        directory.resolve("postgres.log"),
                        PostgresBinaries.unpackedIn(PROGRAMS),
                        PostgresUser.forThisProcess())
                .stop();
    }

    private ProcessHandle postmaster() throws IOException {
        var pid =
                Files.readAllLines(directory.resolve("postgres/postmaster.pid")).getFirst();
        return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }

    /// A server takes its name away and then ends, so its process may live a moment longer than it seems.
    private static void awaitEnd(ProcessHandle process) throws Exception {
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(EmbeddedDatabase database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
