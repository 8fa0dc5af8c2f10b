package reynard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reynard.db.EmbeddedDatabase;
import reynard.testing.ArrivalLog;
import reynard.testing.FakeSmtp;
import reynard.testing.TestDatabase;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OutageTest {
    private static final Outage OUTAGE = new Outage(8, Duration.ofMillis(80), 20_260_107);

    @TempDir
    private Path folder;

    private FakeSmtp relay;
    private ArrivalLog log;

    @BeforeEach
    void start() {
        relay = FakeSmtp.start();
        log = ArrivalLog.in(folder.resolve("arrivals"));
    }

    @AfterEach
    void stop() {
        relay.close();
        log.close();
    }

    @Test
    void a_server_that_is_asked_to_stop_ends_what_it_has_begun() {
        var database = TestDatabase.create();
        Course.prepare(database, relay, 60, 2, false);
        var result = OUTAGE.stopped(database, relay, log, 2);
        assertThat(result.holds()).as(result.toString()).isTrue();
        TestDatabase.drop(database);
    }

    @Test
    void a_server_that_stands_still_for_a_while_goes_on_as_if_nothing_had_been() {
        var database = TestDatabase.create();
        Course.prepare(database, relay, 60, 2, false);
        var result = OUTAGE.frozen(database, relay, log, 2, Duration.ofMillis(500));
        assertThat(result.holds()).as(result.toString()).isTrue();
        TestDatabase.drop(database);
    }

    @Test
    void a_database_that_is_killed_or_out_of_reach_is_a_503_and_loses_nothing() throws Exception {
        var programs = Path.of("target").toAbsolutePath();
        var home = TestDatabase.folder();
        try (var database = EmbeddedDatabase.start(home, programs, new EmbeddedDatabase.Settings(64, 100, true))) {
            Course.prepare(database.jdbcUrl(), relay, 60, 2, false);
            var result = OUTAGE.databaseEnded(database.jdbcUrl(), home.resolve("postgres"), "-KILL", relay, log, 1);
            assertThat(result.holds()).as(result.toString()).isTrue();
        } finally {
            TestDatabase.delete(home);
        }
        var database = TestDatabase.create();
        Course.prepare(database, relay, 60, 2, false);
        try (var second = ArrivalLog.in(folder.resolve("more-arrivals"))) {
            var result = OUTAGE.databaseDark(database, relay, second, 1, Duration.ofSeconds(1));
            assertThat(result.holds()).as(result.toString()).isTrue();
        }
        TestDatabase.drop(database);
    }
}
