package reynard.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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
import reynard.testing.Browser;
import reynard.testing.FakeSmtp;
import reynard.testing.ServerProcess;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CrashTest {
    private static final int PEOPLE = 5_000;
    private static final int LINES = 10_000;
    private static final int REFUSED_LINES = 20;

    private final FakeSmtp relay = FakeSmtp.start();
    private String database = "";
    private String token = "";

    /// An author has brought a table, and another account is about to bring as many people by the API.
    @BeforeEach
    void prepare() {
        database = TestDatabase.fresh(Database::migrate);
        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            server.subscriber("line7@example.org");
            hear(server);
            bring(server);
            server.useKey(server.stranger());
            token = server.token();
            hear(server);
        }
    }

    /// Nobody answers there, so what is told gathers.
    private static void hear(TestServer server) {
        server.post(
                "/v4/webhook_endpoints",
                TestServer.text(Map.of("url", "http://127.0.0.1:443/", "events", List.of("subscriber.created"))));
    }

    private static void bring(TestServer server) {
        var author = new Browser(server);
        author.logIn("author@example.com", server.password());
        var table = IntStream.range(0, LINES)
                .mapToObj(i -> "line" + i + (i < LINES - REFUSED_LINES ? "@example.org" : ""))
                .collect(Collectors.joining("\n", "email\n", "\n"));
        var taken = author.upload(
                Browser.form(author.page("/people/import"), "/people/import"),
                "file",
                "list.csv",
                table.getBytes(StandardCharsets.UTF_8));
        var columns = author.follow(taken);
        var form = columns.forms().stream()
                .filter(one -> one.attr("action").startsWith("/people/import/"))
                .findFirst()
                .orElseThrow();
        form.attr("action", form.attr("action") + "/start");
        assertThat(author.submit(form, Map.of("tag", "Brought")).status()).isEqualTo(303);
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

    private long done(String operation) {
        return count("select coalesce(max(done), 0) from bulk_job where operation = '" + operation + "'");
    }

    private boolean bothAreUnderWay() {
        return done("import_people") > 0 && done("upsert_subscribers") > 0;
    }

    @Test
    void a_server_killed_in_the_middle_of_tables_and_requests_loses_nothing_and_does_nothing_twice() throws Exception {
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
            while (!bothAreUnderWay()) {
                Thread.onSpinWait();
            }
            process.kill();
            advance.cancel(true);
        }
        assertThat(done("upsert_subscribers")).isLessThan(PEOPLE);
        assertThat(done("import_people")).isLessThan(LINES);

        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            server.settle();
            assertThat(done("upsert_subscribers")).isEqualTo(PEOPLE);
            assertThat(done("import_people")).isEqualTo(LINES);
            long created = count("select created from bulk_job where operation = 'import_people'");
            long refused = count("select failed from bulk_job where operation = 'import_people'");
            assertThat(created).isEqualTo(LINES - REFUSED_LINES - 1);
            assertThat(refused).isEqualTo(REFUSED_LINES);
            assertThat(count("select count(*) from subscriber")).isEqualTo(PEOPLE + created + 1);
            assertThat(count("select count(*) from tagging")).isEqualTo(LINES - REFUSED_LINES);
            long told = count("select count(*) from webhook_event")
                    + count("select coalesce(sum(event_count), 0) from webhook_delivery");
            assertThat(told).as("of each who is new, once").isEqualTo(PEOPLE + created);
        }
    }
}
