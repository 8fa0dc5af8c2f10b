package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Mail;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WalkTest {
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_first_email_with_zero_days_goes_at_once_on_an_allowed_day() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();

        assertThat(reader.mail()).containsExactly(new Mail("Hello", Instant.parse(TestServer.MONDAY)));
    }

    @Test
    void the_first_email_with_zero_days_waits_for_the_next_allowed_day_at_the_send_hour() {
        var sequence = server.sequence(
                "{'send_hour':14,'time_zone':'America/Chicago','send_days':['tuesday','thursday']}",
                immediate("Hello"),
                hours("Soon", 2),
                days("Later", 1));
        server.advanceTo("2026-01-07T15:00:00Z");
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(14));

        assertThat(reader.mail())
                .containsExactly(
                        new Mail("Hello", Instant.parse("2026-01-08T20:00:00Z")),
                        new Mail("Soon", Instant.parse("2026-01-08T22:00:00Z")),
                        new Mail("Later", Instant.parse("2026-01-13T20:00:00Z")));
    }

    @Test
    void a_subscriber_who_unsubscribes_mid_sequence_gets_no_further_email() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello"), days("Tips", 2)));

        server.advance(ofDays(1));
        reader.unsubscribes();
        server.advance(ofDays(30));

        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }
}
