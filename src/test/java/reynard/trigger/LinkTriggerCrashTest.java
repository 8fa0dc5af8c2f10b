package reynard.trigger;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.BROWSER;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.testing.FakeSmtp;
import reynard.testing.ServerProcess;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LinkTriggerCrashTest {
    @Test
    void a_click_that_was_led_on_has_its_effect_though_the_server_is_killed_at_that_moment() throws Exception {
        var database = TestDatabase.fresh(Database::migrate);
        try {
            String link;
            long reader;
            try (var server = TestServer.on(database)) {
                server.post(
                        "/ext/v1/link_triggers",
                        json("{'name':'Tea','url':'https://tea.example/','tag_id':" + server.tag("Tea") + "}"));
                var sequence = server.sequence(immediate("Hello").saying("<a href=\"https://tea.example/\">Go</a>"));
                var person = server.subscriber("reader@example.org", sequence);
                server.advance(ofMinutes(1));
                link = person.link("Go");
                reader = person.id();
            }

            try (var relay = FakeSmtp.start();
                    var live = ServerProcess.live(database, relay.url() + "?starttls=off")) {
                assertThat(follow(live.port(), link)).isEqualTo(302);
                live.kill();
            }

            try (var server = TestServer.on(database)) {
                server.advanceTo("2040-01-01T00:00:00Z");
                assertThat(server.get("/v4/subscribers/" + reader + "/tags").each("tags", "name"))
                        .containsExactly("Tea");
            }
        } finally {
            TestDatabase.drop(database);
        }
    }

    private static int follow(int port, String path) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            BROWSER.forEach(request::header);
            return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
