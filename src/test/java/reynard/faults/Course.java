package reynard.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.DatabaseLine;
import reynard.testing.FakeSmtp;
import reynard.testing.ServerProcess;
import reynard.testing.TestServer;

/// Readers in sequences, on a database of their own, for servers in processes to send to.
final class Course {
    /// What an email says, beside its subject: with its values and its footer some 4 KB.
    private static final String CONTENT = "<p>Dear {{ subscriber.first_name | default: 'reader' }}, "
            + "here is what we promised.</p>" + "<p>Tea wants water, leaves, and time. </p>".repeat(30);

    private static final ObjectMapper JSON = new ObjectMapper();

    private Course() {}

    /// Enrolls readers: the first email goes out at once, each other an hour after the one before. Each second reader
    /// is in a sequence that holds what is uncertain, if so wished; the others' is sent again.
    static void prepare(String databaseUrl, FakeSmtp relay, int readers, int emails, boolean halfHold) {
        prepare(databaseUrl, relay, readers, emails, halfHold, List.of("example.org"));
    }

    /// @param domains of the readers, one after the other
    static void prepare(
            String databaseUrl, FakeSmtp relay, int readers, int emails, boolean halfHold, List<String> domains) {
        Database.migrate(databaseUrl);
        try (var server = TestServer.at(
                databaseUrl, Relay.parse(relay.url()), InstantSource.system().instant())) {
            var resend = sequence(server, emails);
            var hold = halfHold ? sequence(server, emails) : resend;
            if (halfHold) {
                server.put("/ext/v1/sequences/" + hold.id(), "{\"on_uncertain\":\"hold\"}");
            }
            try (var work = Executors.newFixedThreadPool(8)) {
                for (int i = 0; i < readers; i++) {
                    int reader = i;
                    work.execute(() -> server.subscriber(
                            "reader" + reader + "@" + domains.get(reader % domains.size()),
                            reader % 2 == 0 ? resend : hold));
                }
            }
        }
    }

    private static TestServer.Sequence sequence(TestServer server, int emails) {
        var sequence = server.sequence(TestServer.immediate("Email 1").saying(CONTENT));
        for (int i = 2; i <= emails; i++) {
            sequence.add(TestServer.hours("Email " + i, 1).saying(CONTENT));
        }
        return sequence;
    }

    /// The ids that a server lists in a state, all pages of them.
    static Set<Long> listed(ServerProcess server, String state) throws IOException, InterruptedException {
        var ids = new TreeSet<Long>();
        try (var http = HttpClient.newHttpClient()) {
            var after = "";
            do {
                var answer = http.send(
                        request(server, "/ext/v1/deliveries?per_page=1000&state=" + state + after)
                                .build(),
                        HttpResponse.BodyHandlers.ofString(UTF_8));
                var body = JSON.readTree(answer.body());
                if (answer.statusCode() != 200) {
                    throw new IOException(answer.statusCode() + " " + answer.body());
                }
                body.get("deliveries").forEach(row -> ids.add(row.get("id").asLong()));
                after = body.at("/pagination/has_next_page").asBoolean()
                        ? "&after=" + body.at("/pagination/end_cursor").asText()
                        : "";
            } while (!after.isEmpty());
        }
        return ids;
    }

    static HttpRequest.Builder request(ServerProcess server, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("X-Kit-Api-Key", TestServer.API_KEY);
    }

    /// Lets a server send what is due, and kills it at a moment.
    ///
    /// @param arm prepares the moment; what it answers waits for it
    static void sendAndKill(DatabaseLine line, FakeSmtp relay, Supplier<Runnable> arm) {
        try (var process = ServerProcess.start(line.url(), relay.url());
                var http = HttpClient.newHttpClient()) {
            var reached = arm.get();
            var advance = http.sendAsync(
                    request(process, "/ext/v1/clock/advance")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"by\":\"PT0S\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            reached.run();
            process.kill();
            advance.cancel(true);
        }
    }

    static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    /// Lets time pass until everything has come to its end.
    ///
    /// @throws IllegalStateException when that takes too long
    static void drain(Rows rows, Duration atMost) {
        var end = System.nanoTime() + atMost.toNanos();
        while (rows.open() > 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not drained within " + atMost + ": "
                        + rows.read("select state, count(*) from delivery group by state") + " "
                        + rows.read("select state, count(*) from enrollment group by state"));
            }
            rows.hoursPass();
            rows.minutesPass();
            pause(Duration.ofMillis(200));
        }
    }
}
