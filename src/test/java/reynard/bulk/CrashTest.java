package reynard.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.ServerProcess;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CrashTest {
    private static final int PEOPLE = 20_000;

    private final FakeSmtp relay = FakeSmtp.start();
    private String database = "";
    private String token = "";

    @BeforeEach
    void prepare() {
        database = TestDatabase.fresh(Database::migrate);
        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            token = server.token();
            // Nobody answers there, so what is told gathers.
            server.post(
                    "/v4/webhook_endpoints",
                    TestServer.text(Map.of("url", "http://127.0.0.1:443/", "events", List.of("subscriber.created"))));
        }
    }

    @AfterEach
    void stop() {
        relay.close();
        TestDatabase.drop(database);
    }

    private HttpRequest request(ServerProcess process, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + process.port() + path))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private long count(String sql) {
        try (var connection = DriverManager.getConnection(database);
                var rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_server_killed_in_the_middle_loses_nothing_and_does_nothing_twice() throws Exception {
        var people = IntStream.range(0, PEOPLE)
                .mapToObj(i -> "{\"email_address\":\"r" + i + "@example.org\"}")
                .collect(Collectors.joining(",", "{\"subscribers\":[", "]}"));
        try (var process = ServerProcess.start(database, relay.url());
                var http = HttpClient.newHttpClient()) {
            var taken =
                    http.send(request(process, "/v4/bulk/subscribers", people), HttpResponse.BodyHandlers.ofString());
            assertThat(taken.statusCode()).isEqualTo(202);
            var advance = http.sendAsync(
                    request(process, "/ext/v1/clock/advance", "{\"by\":\"PT0S\"}"),
                    HttpResponse.BodyHandlers.discarding());
            while (count("select done from bulk_job") == 0) {
                Thread.onSpinWait();
            }
            process.kill();
            advance.cancel(true);
        }
        assertThat(count("select done from bulk_job")).isPositive().isLessThan(PEOPLE);

        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            server.settle();
            assertThat(count("select count(*) from subscriber")).isEqualTo(PEOPLE);
            assertThat(count("select done from bulk_job")).isEqualTo(PEOPLE);
            long told = count("select count(*) from webhook_event")
                    + count("select coalesce(sum(event_count), 0) from webhook_delivery");
            assertThat(told).isEqualTo(PEOPLE);
        }
    }
}
