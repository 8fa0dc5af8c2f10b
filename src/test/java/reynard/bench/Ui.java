package reynard.bench;

import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import reynard.testing.Browser;
import reynard.testing.TestServer;

/// How long pages of the workplace take with many people, in milliseconds at the server's own machine: the 95th of 100.
/// And what a first visit loads, compressed. `bin/bench ui [people]`, 1,000,000 by default.
final class Ui {
    private static final int TIMES = 60;
    private static final int LINES = 10_000;

    private Ui() {}

    public static void main(String[] arguments) throws Exception {
        int people = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        try (var server = TestServer.start().unaudited()) {
            var emails = new ArrayList<TestServer.Email>();
            emails.add(immediate("One"));
            for (int i = 2; i <= 50; i++) {
                emails.add(i % 7 == 0 ? hours("Email " + i, 30) : days("Email " + i, 1 + i % 3));
            }
            var tag = server.tag("Customer");
            var sequence = server.sequence(emails.toArray(TestServer.Email[]::new));
            var first = server.subscriber("first@example.org", sequence);
            server.settle();
            try (var connection = DriverManager.getConnection(server.databaseUrl());
                    var statement = connection.createStatement()) {
                fill(statement, sequence.id(), tag, people);
            }
            var browser = new Browser(server);
            browser.logIn("author@example.com", server.password());
            var home = "/sequences/" + sequence.id();
            System.out.printf("%,d people%n", people);
            for (var path : List.of(
                    "/",
                    "/sequences",
                    home,
                    home + "/settings",
                    home + "/emails/" + sequence.email("Email 5"),
                    "/people",
                    "/people?q=reader12",
                    "/people?state=cancelled",
                    "/people?state=complained",
                    "/people?tag=" + tag,
                    "/people?q=reader1&tag=" + tag,
                    "/people/" + first.id(),
                    "/people/import",
                    "/sending",
                    "/sending?state=sent",
                    "/sending?state=uncertain",
                    "/sending?sequence=" + sequence.id(),
                    "/sending?to=first@example.org",
                    "/sending/suppressed",
                    "/sending/returned",
                    "/sending/health",
                    "/inbox",
                    "/settings",
                    "/settings/people")) {
                measure(browser, path);
            }
            System.out.printf("A first visit: %,d bytes compressed%n", firstVisit(server, browser));
            bring(server, browser, server.sequence(days("Later", 1)).id());
        }
    }

    /// Each entered at a second of their own and waits for one of the emails; one in twenty wears a tag, one in ten has
    /// left.
    private static void fill(Statement statement, long sequence, long tag, int people) throws SQLException {
        var account = "(select min(id) from account)";
        statement.execute("set synchronous_commit = off");
        statement.execute("""
                insert into subscriber (account_id, id, email_address, state, state_changed_at, created_at, updated_at)
                select %s, 10000000 + n, 'reader' || n || '@example.net',
                       case when n %% 10 = 0 then 'cancelled' else 'active' end, t, t, t
                  from generate_series(1, %d) n, (values ('2026-01-05T12:00:00Z'::timestamptz)) v (t)
                """.formatted(account, people));
        statement.execute("""
                insert into enrollment
                       (account_id, id, sequence_id, subscriber_id, run, source, added_at, state, last_email_id,
                        anchor_at, next_email_id, due_at, tzdata, plan_version, created_at)
                select e.account_id, 10000000 + n, e.sequence_id, 10000000 + n, 1, 'api', e.added_at, 'waiting',
                       e.last_email_id, e.anchor_at - n * interval '1 second', e.next_email_id,
                       e.due_at + n %% 14 * interval '1 day', e.tzdata, e.plan_version, e.created_at
                  from enrollment e, generate_series(1, %d) n
                 where e.sequence_id = %d and e.id < 10000000 and n %% 10 <> 0
                """.formatted(people, sequence));
        statement.execute("""
                insert into delivery
                       (account_id, id, enrollment_id, run, sequence_id, sequence_email_id, subscriber_id, token,
                        message_id, kind, state, due_at, created_at, marked_at, settled_at)
                select account_id, id, id, 1, sequence_id, last_email_id, subscriber_id, 't' || id, 'm' || id, 'sequence', 'sent',
                       added_at, added_at, added_at, added_at
                  from enrollment where id > 10000000
                """);
        statement.execute("""
                insert into tagging (account_id, tag_id, subscriber_id, id, tagged_at)
                select %s, %d, 10000000 + n, n, '2026-01-05T12:00:00Z' from generate_series(1, %d, 20) n
                """.formatted(account, tag, people));
        statement.execute("vacuum analyze");
    }

    private static void measure(Browser browser, String path) {
        long begun = System.nanoTime();
        // Until a large account is counted, its pages say that it is.
        while (browser.get(path).raw().body().contains("Counting…")) {
            Thread.onSpinWait();
        }
        double counted = (System.nanoTime() - begun) / 1e6;
        var millis = new double[TIMES];
        for (int i = -3; i < TIMES; i++) {
            long start = System.nanoTime();
            var answer = browser.get(path);
            double took = (System.nanoTime() - start) / 1e6;
            if (answer.status() != 200) {
                throw new IllegalStateException(path + ": " + answer.status());
            }
            if (i >= 0) {
                millis[i] = took;
            }
        }
        Arrays.sort(millis);
        System.out.printf(
                "%-40s median %4.0f ms, p95 %4.0f ms; the first time, counted and all, %4.0f ms%n",
                path, millis[TIMES / 2], millis[TIMES * 95 / 100], counted);
    }

    /// A table of 10,000 people with two fields, a tag and the sequence: tried, queued, worked off.
    private static void bring(TestServer server, Browser browser, long sequence) {
        var table = new StringBuilder("email,first name,city,colour\n");
        for (int i = 0; i < LINES; i++) {
            table.append("new").append(i).append("@example.net,Name ").append(i).append(",City,Blue\n");
        }
        var upload = Browser.form(browser.page("/people/import"), "/people/import");
        var at = System.nanoTime();
        var columns = browser.follow(
                browser.upload(upload, "file", "list.csv", table.toString().getBytes(StandardCharsets.UTF_8)));
        at = took("10,000 lines: read and kept", at);
        var home = columns.select("form[action^=/people/import/]").attr("action");
        var wishes = Map.of("column-2", "new", "column-3", "new", "tag", "New", "sequence", Long.toString(sequence));
        browser.submit(Browser.form(columns, home), wishes);
        at = took("10,000 lines: tried", at);
        var form = Browser.form(columns, home);
        form.attr("action", home + "/start");
        browser.follow(browser.submit(form, wishes));
        at = took("10,000 lines: queued", at);
        server.settle();
        took("10,000 lines: worked off", at);
    }

    private static long took(String what, long since) {
        long now = System.nanoTime();
        System.out.printf("%s: %.0f ms%n", what, (now - since) / 1e6);
        return now;
    }

    /// Home and everything that it loads.
    private static long firstVisit(TestServer server, Browser browser) throws IOException, InterruptedException {
        var cookie = browser.cookies().entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining("; "));
        var page = browser.page("/");
        var paths = new TreeSet<String>();
        paths.add("/");
        page.select("link[href], script[src], img[src]")
                .forEach(element -> paths.add(element.hasAttr("href") ? element.attr("href") : element.attr("src")));
        long bytes = 0;
        try (var client = HttpClient.newHttpClient()) {
            for (var path : paths) {
                var answer = client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                                .header("Cookie", cookie)
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                boolean compressed = answer.headers()
                        .firstValue("Content-Encoding")
                        .filter("gzip"::equals)
                        .isPresent();
                System.out.printf(
                        "  %-45s %,9d bytes%s, %,d if compressed%n",
                        path,
                        answer.body().length,
                        compressed ? " (gzip)" : "",
                        compressed ? answer.body().length : gzipped(answer.body()));
                bytes += answer.body().length;
            }
        }
        return bytes;
    }

    private static int gzipped(byte[] body) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.size();
    }
}
