package reynard.tracking;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MonthsTest {
    @Test
    void months_are_made_ahead_and_go_after_five_years_while_what_was_counted_stays() {
        try (var server = TestServer.start();
                var database = Database.open(server.databaseUrl(), 1)) {
            var sequence = server.sequence(immediate("Hello").saying("<a href=\"https://tea.example/\">Tea</a>"));
            var reader = server.subscriber("reader@example.org", sequence);
            server.advance(ofMinutes(1));
            reader.opens();
            reader.follows("Tea");
            server.settle();
            var months = new Months(database);

            months.keep(Instant.parse("2026-01-05T12:00:00Z"));
            months.keep(Instant.parse("2026-01-31T23:59:59Z"));
            assertThat(names(database)).containsExactly("2026-01", "2026-02", "2026-03", "2026-04");

            months.keep(Instant.parse("2031-02-01T00:00:00Z"));
            assertThat(names(database)).contains("2026-01", "2031-05");

            months.keep(Instant.parse("2031-03-01T00:00:00Z"));
            assertThat(names(database)).doesNotContain("2026-01").contains("2026-02", "2031-06");
            assertThat(sequence.showEmail("Hello").at("/stats/opens").asInt()).isOne();
            assertThat(sequence.showEmail("Hello").at("/stats/clicks").asInt()).isOne();
        }
    }

    private static List<String> names(Database database) {
        return database.read(tx -> new TrackingStore().months(tx)).stream()
                .map(Object::toString)
                .toList();
    }
}
