package reynard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reynard.testing.ArrivalLog;
import reynard.testing.FakeSmtp;
import reynard.testing.TestDatabase;

/// The short form of `bin/bench faults`: servers killed at any moment while they send.
@DisplayNameGeneration(ReplaceUnderscores.class)
class KillTest {
    @Test
    void a_server_killed_again_and_again_loses_nothing_and_names_all_that_may_come_twice(@TempDir Path folder)
            throws Exception {
        var database = TestDatabase.create();
        try (var relay = FakeSmtp.start();
                var log = ArrivalLog.in(folder.resolve("arrivals"))) {
            Course.prepare(database, relay, 80, 4, true);
            var storm = new Storm(
                    1,
                    20,
                    5,
                    Duration.ofMillis(50),
                    Duration.ofMillis(700),
                    Duration.ofMillis(60),
                    Duration.ofMinutes(3),
                    20_260_105);

            var result = storm.over(database, relay, log);

            assertThat(result.kills()).isEqualTo(5);
            assertThat(result.holds(20)).as(result.toString()).isTrue();
        } finally {
            TestDatabase.drop(database);
        }
    }

    @Test
    void of_two_servers_one_is_killed_and_the_other_takes_over(@TempDir Path folder) throws Exception {
        var database = TestDatabase.create();
        try (var relay = FakeSmtp.start();
                var log = ArrivalLog.in(folder.resolve("arrivals"))) {
            Course.prepare(database, relay, 180, 3, true);
            var storm = new Storm(
                    2,
                    10,
                    3,
                    Duration.ofMillis(300),
                    Duration.ofMillis(700),
                    Duration.ofMillis(150),
                    Duration.ofMinutes(3),
                    20_260_106);

            var result = storm.over(database, relay, log);

            assertThat(result.kills()).isEqualTo(3);
            assertThat(result.holds(10)).as(result.toString()).isTrue();
        } finally {
            TestDatabase.drop(database);
        }
    }
}
