package reynard.delivery;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.ServerProcess;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CrashTest {
    private final FakeSmtp relay = FakeSmtp.start();
    private String database;
    private Reader reader;

    /// One reader to whom one email is due, in a database that no server runs on.
    @BeforeEach
    void prepare() {
        database = TestDatabase.fresh(Database::migrate);
        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));
        }
    }

    @AfterEach
    void stop() {
        relay.close();
        TestDatabase.drop(database);
    }

    /// A server that sends, and is killed when the relay's rule has been reached.
    private void killWhen(Runnable reached) {
        try (var process = ServerProcess.start(database, relay.url());
                var http = HttpClient.newHttpClient()) {
            var advance = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + process.port() + "/ext/v1/clock/advance"))
                    .header("X-Kit-Api-Key", TestServer.API_KEY)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"by\":\"PT0S\"}"))
                    .build();
            var answer = http.sendAsync(advance, HttpResponse.BodyHandlers.discarding());
            reached.run();
            process.kill();
            answer.cancel(true);
        }
    }

    @Test
    void a_server_killed_before_the_dot_loses_nothing_and_sends_nothing_twice() {
        var mail = relay.on(Verb.MAIL, 250, "2.1.0 ok");
        relay.on(Verb.RCPT).staysSilent();
        killWhen(mail::awaitAnswered);
        relay.behave();

        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            server.settle();
            assertThat(relay.messages()).hasSize(1);
            assertThat(server.get("/ext/v1/deliveries")
                            .at("/deliveries/0/state")
                            .asText())
                    .isEqualTo("sent");
            assertThat(server.get("/ext/v1/deliveries")
                            .at("/deliveries/0/uncertain_at")
                            .isNull())
                    .isTrue();
        }
    }

    @Test
    void a_server_killed_after_the_dot_names_the_email_uncertain_and_sends_the_same_bytes_again() {
        relay.on(Verb.DOT).storing().staysSilent();
        killWhen(() -> relay.awaitMessages(1));
        relay.behave();

        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            assertThat(server.get("/ext/v1/deliveries?state=uncertain").at("/deliveries"))
                    .hasSize(1);
            server.advance(ofMinutes(1));
            assertThat(relay.messages()).hasSize(2);
            assertThat(relay.messages().get(1).content())
                    .isEqualTo(relay.messages().get(0).content());
            assertThat(relay.messages().get(0).recipient()).contains(reader.email());
            assertThat(server.get("/ext/v1/deliveries")
                            .at("/deliveries/0/state")
                            .asText())
                    .isEqualTo("sent");
        }
    }
}
