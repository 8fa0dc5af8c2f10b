package reynard.foresight;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.enrollment.Policies;
import reynard.enrollment.Policies.Completing;
import reynard.enrollment.Policies.Inserted;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ForecastTest {
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
    void people_are_counted_by_hour_and_email_through_later_emails() {
        var tag = server.tag("Customer");
        var sequence = server.sequence(immediate("Hello"), days("Tips", 2), hours("Soon", 30));
        sequence.change("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}");
        for (int i = 0; i < 5; i++) {
            server.subscriber("reader" + i + "@example.org", sequence);
        }
        server.subscriber("customer@example.org", sequence).getsTag(tag);

        var forecast = server.get("/ext/v1/sequences/" + sequence.id() + "/forecast?days=30")
                .at("/forecast");
        var account = server.get("/ext/v1/forecast?days=30").at("/forecast");
        var near = server.get("/ext/v1/sequences/" + sequence.id() + "/forecast?days=1")
                .at("/forecast");

        assertThat(forecast.at("/rows/0/hour").asText()).isEqualTo("2026-01-05T12:00:00Z");
        assertThat(forecast.at("/rows/0/count").asLong()).isEqualTo(5);
        assertThat(forecast.at("/rows/1/hour").asText()).isEqualTo("2026-01-07T09:00:00Z");
        assertThat(forecast.at("/rows/1/email_id").asLong()).isEqualTo(sequence.email("Tips"));
        assertThat(forecast.at("/rows/2/hour").asText()).isEqualTo("2026-01-08T15:00:00Z");
        assertThat(forecast.get("rows")).hasSize(3);
        assertThat(account).isEqualTo(forecast);
        assertThat(near.get("total").asLong()).isEqualTo(5);
        assertThat(server.advance(ofDays(30)))
                .isEqualTo(forecast.get("total").asLong())
                .isEqualTo(15);
    }

    @Test
    void an_edit_counts_before_anyone_is_replanned() {
        var sequence = server.sequence(days("Tips", 1));
        server.subscriber("reader@example.org", sequence);
        sequence.change("{'send_hour':17}");

        assertThat(server.get("/ext/v1/forecast").at("/forecast/rows/0/hour").asText())
                .isEqualTo("2026-01-06T17:00:00Z");
        sequence.change("{'active':false}");
        assertThat(server.get("/ext/v1/forecast").at("/forecast/total").asLong())
                .isZero();
    }

    @Test
    void where_what_is_inserted_goes_at_once_nobody_is_foretold_what_they_have_had() {
        server.close();
        server = TestServer.with(new Policies(Inserted.SEND_NOW, Completing.EVERYONE));
        var sequence = server.sequence(
                immediate("One").at(1),
                days("Draft", 1).at(2).draft(),
                days("Two", 1).at(3),
                days("Three", 2).at(4));
        server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));
        var path = "/ext/v1/sequences/" + sequence.id();
        var publish = path + "/emails/" + sequence.email("Draft") + "/impact";

        assertThat(server.get(path + "/forecast").at("/forecast/total").asLong())
                .isEqualTo(1);
        var impact = server.post(publish, "{\"published\":true}").at("/impact");
        assertThat(impact.at("/mailed_at_once").asLong()).isEqualTo(1);
        assertThat(impact.at("/gain_email").asLong()).isEqualTo(1);
        assertThat(impact.at("/lose_email").asLong()).isZero();

        sequence.changeEmail("Draft", "{'published':true}");
        assertThat(server.get(path + "/forecast").at("/forecast/total").asLong())
                .isEqualTo(server.advance(ofDays(14)))
                .isEqualTo(2);
    }

    @Test
    void days_are_one_to_366() {
        for (var days : new String[] {"0", "367", "many"}) {
            assertThat(server.get("/ext/v1/forecast?days=" + days).errors())
                    .containsExactly("days must be an integer between 1 and 366");
        }
        assertThat(server.get("/ext/v1/sequences/99/forecast").status()).isEqualTo(404);
    }
}
