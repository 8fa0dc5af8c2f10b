package reynard.bench;

import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import reynard.testing.Browser;
import reynard.testing.Queues;
import reynard.testing.TestServer;

/// How long pages of the workplace take with many people, in milliseconds at the server's own machine: the middle one
/// and
/// the 95th of 100, and the processor's time for one, of the server, of PostgreSQL and of who asks. And what a first
/// visit
/// loads, compressed. `bin/bench ui [people]`, 1,000,000 by default.
final class Ui {
    private static final int TIMES = 60;
    private static final int LINES = 10_000;

    private static Optional<Long> postmaster = Optional.empty();

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
                postmaster = Optional.of(parentOf(statement));
            }
            var browser = new Browser(server);
            browser.logIn("author@example.com", server.password());
            var home = "/sequences/" + sequence.id();
            System.out.printf("%,d people%n", people);
            measureRooms(server, browser, home, tag, sequence.email("Email 5"));
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

    /// Pages about what many people have in common.
    private static void measureRooms(TestServer server, Browser browser, String home, long tag, long email)
            throws SQLException {
        var field = server.field("Colour");
        var form = server.post("/ext/v1/forms", TestServer.json("{'name':'Way in','type':'embed'}"))
                .at("/form/id")
                .asLong();
        var snippet = server.post(
                        "/v4/snippets", TestServer.json("{'name':'Bye','snippet_type':'inline','content':'Yours'}"))
                .at("/snippet/id")
                .asLong();
        var layout =
                server.get("/v4/email_templates").at("/email_templates/0/id").asLong();
        var sent = server.post("/v4/broadcasts", TestServer.json("{'subject':'Sent','content':'<p>x</p>'}"))
                .at("/broadcast/id")
                .asLong();
        var draft = server.post("/v4/broadcasts", TestServer.json("{'subject':'Draft','content':'<p>x</p>'}"))
                .at("/broadcast/id")
                .asLong();
        var questions = Map.of(
                "a tag", "[{'all':[{'type':'tag','id':" + tag + "}]}]",
                "no tag", "[{'none':[{'type':'tag','id':" + tag + "}]}]",
                "a state", "[{'all':[{'type':'state','state':'active'}]}]",
                "a field", "[{'all':[{'type':'custom_field','id':" + field + ",'comparison':'is','value':'x'}]}]",
                "an address", "[{'all':[{'type':'email','contains':'99999'}]}]",
                "a sequence", "[{'all':[{'type':'sequence','id':" + home.replaceAll("\\D", "") + "}]}]",
                "nobody's form", "[{'all':[{'type':'form','id':" + form + "}]}]");
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement()) {
            fillRooms(statement, sent);
        }
        var paths = new ArrayList<>(List.of(
                home + "/stats",
                home + "/stats?email=" + email,
                home + "/stats/days",
                home + "/stats/days?email=" + email,
                "/segments",
                "/segments/new"));
        for (var question : new TreeMap<>(questions).entrySet()) {
            var segment = server.post(
                            "/ext/v1/segments",
                            TestServer.json("{'name':'By " + question.getKey().replace("'", "") + "','filter':"
                                    + question.getValue() + "}"))
                    .at("/segment/id")
                    .asLong();
            System.out.println("/segments/" + segment + " is by " + question.getKey());
            paths.add("/segments/" + segment);
        }
        paths.addAll(List.of(
                "/snippets",
                "/snippets/" + snippet,
                "/templates",
                "/templates/" + layout,
                "/broadcasts",
                "/broadcasts/new",
                "/broadcasts/" + draft,
                "/broadcasts/" + draft + "/send",
                "/broadcasts/" + draft + "/versions",
                "/broadcasts/" + sent,
                "/posts",
                "/tags",
                "/tags/" + tag,
                "/fields",
                "/forms",
                "/forms/" + form,
                "/settings/webhooks",
                "/people/changes",
                "/people/changes/new?all=1",
                "/people/changes/new?all=1&q=reader1&state=active",
                "/people/changes/new?all=1&tag=" + tag,
                "/people/export.csv?q=reader99999"));
        for (var path : paths) {
            measure(browser, path);
        }
    }

    /// A broadcast that half the people have got, and many texts in which a snippet is looked for.
    private static void fillRooms(Statement statement, long sent) throws SQLException {
        statement.execute("set synchronous_commit = off");
        statement.execute("""
                update broadcast
                   set status = 'completed', send_at = updated_at, started_at = updated_at, ended_at = updated_at, walked_at = updated_at,
                       audience_count = (select count(*) / 2 from subscriber)
                 where id = %d
                """.formatted(sent));
        statement.execute("""
                insert into delivery
                       (account_id, id, broadcast_id, subscriber_id, token, message_id, kind, state, due_at,
                        created_at, marked_at, settled_at)
                select account_id, 100000000 + id, %d, id, 'b' || id, 'bm' || id, 'broadcast', 'sent', t, t, t, t
                  from subscriber, (values ('2026-01-05T12:00:00Z'::timestamptz)) v (t)
                 where id %% 2 = 0 and id > 10000000
                """.formatted(sent));
        statement.execute("""
                insert into broadcast
                       (account_id, id, publication_id, subject, content, status, public, created_at, updated_at)
                select account_id, 20000000 + n, 30000000 + n, 'Draft ' || n, repeat('<p>Some words.</p> ', 250), 'draft',
                       false, created_at, updated_at
                  from broadcast, generate_series(1, 1000) n
                 where id = %d
                """.formatted(sent));
        statement.execute("analyze");
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
                       added_at, added_at, added_at, added_at - id % 30 * interval '1 day'
                  from enrollment where id > 10000000
                """);
        statement.execute("""
                insert into attempt (account_id, delivery_id, number, node, at, outcome)
                select account_id, id, 1, 1, settled_at, 'accepted' from delivery where id > 10000000
                """);
        statement.execute("""
                insert into tagging (account_id, tag_id, subscriber_id, id, tagged_at)
                select %s, %d, 10000000 + n, n, '2026-01-05T12:00:00Z' from generate_series(1, %d, 20) n
                """.formatted(account, tag, people));
        Queues.align(statement.getConnection());
        statement.execute("vacuum analyze");
    }

    private static void measure(Browser browser, String path) {
        long begun = System.nanoTime();
        // Until a large account is counted, its pages say that it is.
        while (browser.get(path).raw().body().contains("Counting…")) {
            Thread.onSpinWait();
        }
        double counted = (System.nanoTime() - begun) / 1e6;
        // Whoever takes a second is known to be slow after fewer times.
        int times = counted > 1_000 ? TIMES / 6 : TIMES;
        var millis = new double[times];
        double processor = 0;
        for (int i = -3; i < times; i++) {
            processor = i == 0 ? processorMillis() : processor;
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
        processor = (processorMillis() - processor) / times;
        Arrays.sort(millis);
        System.out.printf(
                "%-45s median %4.0f ms, p95 %4.0f ms, processor %4.0f ms; the first time, counted and all, %4.0f ms%n",
                path, millis[times / 2], millis[times * 95 / 100], processor, counted);
    }

    /// What this process and every one of PostgreSQL have used of a processor.
    private static double processorMillis() {
        double self =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e6;
        return self + postmaster.stream().mapToDouble(Ui::familyMillis).sum();
    }

    /// With those that have ended. The kernel counts in hundredths of a second.
    private static double familyMillis(long parent) {
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            long ticks = 0;
            for (var process : processes) {
                try {
                    var stat = Files.readString(process.resolve("stat"));
                    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    boolean isParent = process.getFileName().toString().equals(Long.toString(parent));
                    if (isParent || fields[1].equals(Long.toString(parent))) {
                        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                    }
                    if (isParent) {
                        ticks += Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
                    }
                } catch (IOException e) {
                    // It has ended meanwhile.
                }
            }
            return ticks * 10.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long parentOf(Statement statement) throws SQLException, IOException {
        try (var row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            var stat = Files.readString(Path.of("/proc", row.getString(1), "stat"));
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[1]);
        }
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
