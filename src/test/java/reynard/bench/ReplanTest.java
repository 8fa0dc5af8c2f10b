package reynard.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.testing.TestDatabase;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReplanTest {
    @Test
    void a_change_of_the_hour_moves_everyone_in_steps_and_nobody_is_sent_at_the_old_one() throws Exception {
        var url = TestDatabase.fresh(Database::migrate);
        try {
            var result = Replan.measure(url, 5_000);

            assertThat(result.atOldHour()).isZero();
            assertThat(result.othersSent()).isPositive();
            assertThat(result.seen())
                    .isSorted()
                    .anySatisfy(done -> assertThat(done).isPositive());
            assertThat(result.background()).isLessThan(Duration.ofMinutes(1));
        } finally {
            TestDatabase.drop(url);
        }
    }
}
