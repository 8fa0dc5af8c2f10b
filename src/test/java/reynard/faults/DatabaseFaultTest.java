package reynard.faults;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.util.ArrayList;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.DatabaseLine;
import reynard.testing.FakeSmtp;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;

/// Every request to the database fails once, in turn.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DatabaseFaultTest {
    private final FakeSmtp relay = FakeSmtp.start();
    private String database;
    private DatabaseLine line;
    private TestServer server;

    @BeforeEach
    void start() {
        database = TestDatabase.fresh(Database::migrate);
        line = DatabaseLine.to(database);
        server = TestServer.on(line.url(), Relay.parse(relay.url()));
    }

    @AfterEach
    void stop() {
        server.close();
        line.close();
        relay.close();
        TestDatabase.drop(database);
    }

    private interface Cut {
        DatabaseLine.Rule at(int request);
    }

    @Test
    void a_request_that_does_not_reach_the_database_loses_nothing_and_repeats_nothing_unnamed() {
        everyRequestFailsOnce(request -> line.onRequest(request).cutsBefore());
    }

    @Test
    void a_request_whose_answer_is_lost_loses_nothing_and_repeats_nothing_unnamed() {
        everyRequestFailsOnce(request -> line.onRequest(request).cutsAfter());
    }

    private void everyRequestFailsOnce(Cut cut) {
        var sequence = server.sequence(immediate("First"), hours("Second", 1));
        var readers = new ArrayList<Reader>();
        boolean reached = true;
        while (reached) {
            int request = readers.size();
            readers.add(server.subscriber("reader" + request + "@example.org", sequence));
            var rule = cut.at(request);
            server.post("/ext/v1/clock/advance", "{\"by\":\"PT0S\"}");
            reached = rule.isReached();
            line.behave();
            server.settle();
        }
        assertThat(readers).hasSizeGreaterThan(30);
        server.advance(ofMinutes(10));
        server.advance(ofHours(2));
        for (int request = 0; request < readers.size(); request++) {
            assertThatBothArrived(readers.get(request), request);
        }
    }

    private void assertThatBothArrived(Reader reader, int request) {
        var deliveries = reader.deliveries();
        assertThat(deliveries)
                .as("request %d", request)
                .hasSize(2)
                .allSatisfy(
                        delivery -> assertThat(delivery.get("state").asText()).isEqualTo("sent"));
        var copies = relay.messages().stream()
                .filter(mail -> mail.recipient().equals(reader.email()))
                .map(FakeSmtp.Received::content)
                .toList();
        assertThat(Set.copyOf(copies)).as("request %d", request).hasSize(2);
        if (deliveries.stream()
                .allMatch(delivery -> delivery.get("uncertain_at").isNull())) {
            assertThat(copies).as("request %d", request).hasSize(2);
        }
    }
}
