package reynard.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeReceiver;
import reynard.testing.FakeSmtp;
import reynard.testing.ServerProcess;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CrashTest {
    private final FakeReceiver receiver = FakeReceiver.start();
    private final FakeSmtp relay = FakeSmtp.start();
    private String database = "";

    @BeforeEach
    void prepare() {
        database = TestDatabase.fresh(Database::migrate);
        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            server.post(
                    "/v4/webhook_endpoints",
                    TestServer.text(Map.of("url", receiver.url(), "events", List.of("subscriber.created"))));
        }
    }

    @AfterEach
    void stop() {
        receiver.close();
        relay.close();
        TestDatabase.drop(database);
    }

    private static HttpRequest request(ServerProcess process, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + process.port() + path))
                .header("X-Kit-Api-Key", TestServer.API_KEY)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static void subscribe(HttpClient http, ServerProcess process) throws Exception {
        var answer = http.send(
                request(process, "/v4/subscribers", "{\"email_address\":\"a@example.org\"}"),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(201);
    }

    @Test
    void a_server_killed_between_commit_and_send_loses_nothing() throws Exception {
        try (var process = ServerProcess.start(database, relay.url());
                var http = HttpClient.newHttpClient()) {
            subscribe(http, process);
            process.kill();
        }
        assertThat(receiver.connections()).isZero();

        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            server.settle();
            assertThat(receiver.received()).hasSize(1);
            assertThat(receiver.last()
                            .json()
                            .at("/events/0/data/subscriber/email_address")
                            .asText())
                    .isEqualTo("a@example.org");
        }
    }

    @Test
    void a_server_killed_before_the_answer_sends_the_same_delivery_again() throws Exception {
        receiver.then(receiver.silence());
        try (var process = ServerProcess.start(database, relay.url());
                var http = HttpClient.newHttpClient()) {
            subscribe(http, process);
            var advance = http.sendAsync(
                    request(process, "/ext/v1/clock/advance", "{\"by\":\"PT0S\"}"),
                    HttpResponse.BodyHandlers.discarding());
            receiver.awaitReceived(1);
            process.kill();
            advance.cancel(true);
        }

        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            server.settle();
            assertThat(receiver.received()).hasSize(2);
            assertThat(receiver.received().get(1).body())
                    .isEqualTo(receiver.received().get(0).body());
            assertThat(receiver.received().get(1).header("X-Kit-Delivery"))
                    .isEqualTo(receiver.received().get(0).header("X-Kit-Delivery"));
            server.settle();
            assertThat(receiver.received()).hasSize(2);
        }
    }
}
