package reynard.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.testing.TestDatabase;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BrakeTest {
    private static final Instant NOON = Instant.parse("2026-01-05T12:00:00Z");

    private final String url = TestDatabase.fresh(Database::migrate);
    private final Database database = Database.open(url, 2);
    private final Brake brake = new Brake(database, Brake.Limits.DEFAULT, Duration.ofSeconds(1));

    @AfterEach
    void stop() {
        database.close();
        TestDatabase.drop(url);
    }

    @Test
    void a_clock_that_jumps_ahead_holds_all_sending_until_it_is_back() {
        assertThat(brake.holds(NOON)).isFalse();
        brake.clockJumped(NOON.plusSeconds(3_600));

        assertThat(brake.holds(NOON.plusSeconds(3_600))).isTrue();
        assertThat(brake.standstill().orElseThrow().cause()).isEqualTo(Standstill.Cause.CLOCK_JUMPED);

        brake.clockReturned();
        assertThat(brake.holds(NOON)).isFalse();
    }

    @Test
    void what_an_operator_has_resumed_stays_so_although_the_clock_is_ahead() {
        brake.clockJumped(NOON.plusSeconds(3_600));

        assertThat(brake.resume(NOON.plusSeconds(3_601))).isPresent();
        assertThat(brake.holds(NOON.plusSeconds(3_602))).isFalse();
        assertThat(brake.resume(NOON.plusSeconds(3_603))).isEmpty();
    }

    @Test
    void another_node_learns_of_it_within_the_time_that_an_answer_is_good_for() {
        var other = new Brake(database, Brake.Limits.DEFAULT, Duration.ofSeconds(1));
        assertThat(other.holds(NOON)).isFalse();
        brake.clockJumped(NOON);

        assertThat(other.holds(NOON.plusMillis(999))).isFalse();
        assertThat(other.holds(NOON.plusSeconds(1))).isTrue();
    }
}
