package reynard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import reynard.db.EmbeddedDatabase;

/// What the API does on the same two cores that its clients and its database run on, each figure beside its limit in
/// the same run: `bin/bench api`. Fails when one misses its goal.
///
/// needs: wrk wrk
/// needs: postgresql-15 pgbench
public final class Api {
    private static final String KEY = "bench-key-0123456789abcdef";
    private static final int PEOPLE = 1_000_000;
    private static final int PAGE = 1_000;
    private static final int CLIENTS = 32;
    private static final int SECONDS = 15;
    private static final int REPEATS = 15;

    // As the server starts it, with room for pgbench beside the server.
    private static final EmbeddedDatabase.Settings AS_SHIPPED_FOR_MORE =
            new EmbeddedDatabase.Settings(EmbeddedDatabase.Settings.SMALL_SERVER.sharedBuffersMegabytes(), 100, true);

    private final Path folder;
    private final String jdbcUrl;
    private final Process server;
    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();
    private boolean good = true;

    private Api(Path folder, String jdbcUrl) throws IOException {
        this.folder = folder;
        this.jdbcUrl = jdbcUrl;
        var command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // As bin/reynard starts it.
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "reynard.cli.Main",
                        "serve",
                        "--port=0",
                        "--database-url=" + jdbcUrl)
                .redirectErrorStream(true);
        command.environment()
                .putAll(Map.of(
                        "REYNARD_BOOTSTRAP_API_KEY", KEY,
                        "REYNARD_RATE_LIMIT", "off",
                        "REYNARD_API_KEYS_MAY_BULK", "true"));
        this.server = command.start();
        this.url = urlOf(server);
    }

    private static String urlOf(Process server) throws IOException {
        var said = new StringBuilder();
        var out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            int at = line.lastIndexOf(" answers on ");
            if (at >= 0) {
                Thread.ofVirtual().start(() -> out.lines().forEach(_ -> {}));
                return line.substring(at + " answers on ".length());
            }
        }
        throw new IllegalStateException("the server did not start:\n" + said);
    }

    public static void main(String[] arguments) throws Exception {
        var folder = Files.createTempDirectory("reynard-bench-api");
        boolean good;
        try (var postgres = EmbeddedDatabase.start(folder.resolve("data"), folder, AS_SHIPPED_FOR_MORE)) {
            var bench = new Api(folder, postgres.jdbcUrl());
            try {
                bench.run();
                good = bench.good;
            } finally {
                bench.server.destroy();
                bench.server.waitFor();
            }
        } finally {
            try (var paths = Files.walk(folder)) {
                for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        System.exit(good ? 0 : 1);
    }

    private void run() throws Exception {
        bulk();
        var sequence = sequence("Bench");
        reading(sequence);
        enrolling(sequence);
        paging();
    }

    // Lines

    /// A million people in pages of a thousand, until all are stored.
    private void bulk() throws Exception {
        long began = System.nanoTime();
        try (var clients = Executors.newFixedThreadPool(4)) {
            var calls = IntStream.range(0, PEOPLE / PAGE)
                    .<Callable<Integer>>mapToObj(page -> () -> post("/v4/bulk/subscribers", people(page)))
                    .toList();
            for (var answer : clients.invokeAll(calls)) {
                require(answer, 202);
            }
        }
        double accepted = (System.nanoTime() - began) / 1e9;
        while (count("select count(*) from subscriber") < PEOPLE) {
            if (server.waitFor(200, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the server has ended");
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        line(
                "POST /v4/bulk/subscribers, %,d people in pages of %,d: taken in %.0f s, stored in %.0f s (at most 120)"
                        .formatted(PEOPLE, PAGE, accepted, seconds),
                seconds <= 120);
        long peak = peakResidentKilobytes();
        line("  peak resident memory of the server %d MB (at most 400)".formatted(peak / 1024), peak < 400 * 1024);
        execute("vacuum analyze");
    }

    private static String people(int page) {
        return IntStream.range(page * PAGE, (page + 1) * PAGE)
                .mapToObj(i -> "{\"email_address\":\"r%d@example.org\",\"first_name\":\"Reader %d\"}".formatted(i, i))
                .collect(Collectors.joining(",", "{\"subscribers\":[", "]}"));
    }

    /// One sequence, read by many at once, beside a route that does nothing.
    private void reading(long sequence) throws Exception {
        wrk("/healthz", 5);
        wrk("/v4/sequences/" + sequence, 5);
        var nothing = wrk("/healthz", SECONDS);
        var read = wrk("/v4/sequences/" + sequence, SECONDS);
        double ratio = read.perSecond() / nothing.perSecond();
        line(
                "GET /v4/sequences/{id}, %d clients: %,.0f a second, p99 %.1f ms; a route that does nothing: %,.0f; ratio %.2f (at least 0.5, p99 at most 20 ms)"
                        .formatted(CLIENTS, read.perSecond(), read.p99Milliseconds(), nothing.perSecond(), ratio),
                ratio >= 0.5 && read.p99Milliseconds() < 20);
    }

    /// People who are there join a sequence, beside pgbench writing the same rows in the same database.
    private void enrolling(long sequence) throws Exception {
        var other = sequence("Limit");
        Files.writeString(folder.resolve("enroll.lua"), """
                local counter = 0
                local thread = 0
                function setup(thread)
                    thread:set("offset", threads)
                    threads = threads + 1
                end
                threads = 0
                function request()
                    counter = counter + 1
                    local id = offset + counter * 2
                    return wrk.format("POST", "/v4/sequences/%d/subscribers",
                        {["X-Kit-Api-Key"] = "%s", ["Content-Type"] = "application/json"},
                        '{"email_address":"r' .. id .. '@example.org"}')
                end
                """.formatted(sequence, KEY));
        long email = count("select id from sequence_email where sequence_id = " + other);
        // What an enrolment writes: its row, and the same lookups of the person and the plan before it.
        Files.writeString(folder.resolve("enroll.sql"), """
                \\set person random(1, %d)
                begin;
                select id from subscriber where account_id = 1 and lower(email_address) = 'r' || :person || '@example.org';
                select 1 from sequence where account_id = 1 and id = %d;
                with entered as (
                insert into enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,
                    anchor_at, next_email_id, due_at, tzdata, plan_version, created_at)
                select 1, nextval('bench_ids'), %d, id, 1, 'api', now(), 'waiting', now(), %d, now() + interval '3 days',
                       '2026f', 1, now()
                  from subscriber where account_id = 1 and lower(email_address) = 'r' || :person || '@example.org'
                on conflict do nothing
                returning id, due_at)
                insert into enrollment_queue (account_id, enrollment_id, due_at)
                select 1, e.id, e.due_at from entered e;
                commit;
                """.formatted(PEOPLE - 1, other, other, email));
        execute("create sequence bench_ids start 900000000000 cache 1000");
        var writing = wrk("/", SECONDS, "-s", folder.resolve("enroll.lua").toString());
        double limit = pgbench();
        double ratio = writing.perSecond() / limit;
        line(
                "POST /v4/sequences/{id}/subscribers, %d clients: %,.0f a second, p99 %.1f ms; pgbench: %,.0f; ratio %.2f (at least 0.5)"
                        .formatted(CLIENTS, writing.perSecond(), writing.p99Milliseconds(), limit, ratio),
                ratio >= 0.5);
    }

    /// The first and the last page of a million.
    private void paging() throws Exception {
        var cursors = new java.util.ArrayList<String>();
        var path = "/v4/subscribers?per_page=" + PAGE;
        cursors.add(path);
        while (true) {
            var body = get(cursors.getLast());
            var next = END_CURSOR.matcher(body);
            if (!body.contains("\"has_next_page\":true") || !next.find()) {
                break;
            }
            cursors.add(path + "&after=" + next.group(1));
        }
        // The last page may be a short one.
        double last = median(cursors.get(cursors.size() - 2));
        double middle = median(cursors.get(cursors.size() / 2));
        double first = median(cursors.getFirst());
        line(
                "GET /v4/subscribers?per_page=%d of %,d: first page %.1f ms, middle %.1f ms, last %.1f ms; ratio %.2f (at most 1.3)"
                        .formatted(PAGE, PEOPLE, first, middle, last, last / first),
                last / first <= 1.3);
    }

    private static final Pattern END_CURSOR = Pattern.compile("\"end_cursor\":\"([^\"]+)\"");

    private double median(String path) throws Exception {
        var times = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            long began = System.nanoTime();
            get(path);
            times[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(times);
        return times[REPEATS / 2];
    }

    // Tools

    private void line(String text, boolean reached) {
        System.out.println(text + (reached ? "" : "  MISSED"));
        good &= reached;
    }

    private record Rate(double perSecond, double p99Milliseconds) {}

    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

    private Rate wrk(String path, int seconds, String... more) throws Exception {
        var command = new java.util.ArrayList<>(List.of(
                "wrk", "-t2", "-c" + CLIENTS, "-d" + seconds + "s", "--latency", "-H", "X-Kit-Api-Key: " + KEY));
        command.addAll(List.of(more));
        command.add(url + path);
        var said = output(command);
        var rate = RATE.matcher(said);
        var p99 = P99.matcher(said);
        if (!rate.find() || !p99.find() || said.contains("Non-2xx")) {
            throw new IllegalStateException(said);
        }
        double unit = switch (p99.group(2)) {
            case "us" -> 0.001;
            case "ms" -> 1;
            default -> 1_000;
        };
        return new Rate(Double.parseDouble(rate.group(1)), Double.parseDouble(p99.group(1)) * unit);
    }

    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");

    private double pgbench() throws Exception {
        var at = URI.create(jdbcUrl.substring("jdbc:".length()));
        var parameters = Arrays.stream(at.getQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        var command = new ProcessBuilder(
                "pgbench",
                "-n",
                "-M",
                "prepared",
                "-c",
                "" + CLIENTS,
                "-j",
                "2",
                "-T",
                "" + SECONDS,
                "-f",
                folder.resolve("enroll.sql").toString(),
                "-h",
                at.getHost(),
                "-p",
                "" + at.getPort(),
                "-U",
                parameters.get("user"),
                at.getPath().substring(1));
        if (parameters.containsKey("password")) {
            command.environment().put("PGPASSWORD", parameters.get("password"));
        }
        var said = output(command);
        var tps = TPS.matcher(said);
        if (!tps.find()) {
            throw new IllegalStateException(said);
        }
        return Double.parseDouble(tps.group(1));
    }

    private static String output(List<String> command) throws Exception {
        return output(new ProcessBuilder(command));
    }

    private static String output(ProcessBuilder command) throws Exception {
        var process = command.redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command.command() + " failed:\n" + said);
        }
        return said;
    }

    private long sequence(String name) throws Exception {
        require(post("/v4/sequences", "{\"name\":\"%s\",\"time_zone\":\"Etc/UTC\"}".formatted(name)), 201);
        long id = count("select max(id) from sequence");
        require(
                post(
                        "/v4/sequences/" + id + "/emails",
                        "{\"subject\":\"Hello\",\"content\":\"<p>Hello</p>\",\"delay_value\":3,\"delay_unit\":\"days\","
                                + "\"published\":true}"),
                201);
        return id;
    }

    private static void require(Future<Integer> answer, int status) throws Exception {
        require(answer.get(), status);
    }

    private static void require(int answer, int status) {
        if (answer != status) {
            throw new IllegalStateException("expected " + status + ", got " + answer);
        }
    }

    private int post(String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .header("X-Kit-Api-Key", KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    private String get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .header("X-Kit-Api-Key", KEY)
                .build();
        var answer = http.send(request, BodyHandlers.ofString());
        require(answer.statusCode(), 200);
        return answer.body();
    }

    private long count(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long peakResidentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
