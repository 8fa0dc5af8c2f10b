package reynard.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import reynard.app.Server;
import reynard.app.Settings;
import reynard.db.Database;
import reynard.db.EmbeddedDatabase;
import reynard.delivery.smtp.Relay;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.testing.Queues;
import reynard.tracking.LinkTokens;
import reynard.webhook.Reach;

/// What opens and clicks cost: `bin/bench tracking [PEOPLE [KEPT]]`, with so many opens of the last ten months in the
/// database already; to try it with ten million: `bin/bench tracking 30000 10000000`.
///
/// A whole server on the system clock with its loops sends to a sink in this process. Readers open and click over HTTP,
/// 5,000 times a second, of which one in ten is a click. Measured are how fast the same rows go into the same tables
/// without anything else, how fast mail goes out alone and beside the readers, whether every event was written down,
/// and
/// how long a click waits for where to go.
public final class Tracking {
    private static final String KEY = "bench-key-0123456789abcdef";
    private static final long PEOPLE = 30_000;
    private static final long READERS = 100_000;
    private static final long FIRST_ID = 1_000_000_000L;
    private static final int PER_SECOND = 5_000;
    private static final int CLIENTS = 24;
    private static final int BATCH = 2_000;
    private static final int ROWS = 100_000;
    private static final long URL_ID = 999_999_999L;

    private final String jdbcUrl;
    private final int port;
    private final long postmaster;
    private final long account;
    private final ConcurrentLinkedQueue<Long> clickMicros = new ConcurrentLinkedQueue<>();
    private final AtomicLong handedIn = new AtomicLong();

    private Tracking(String jdbcUrl, int port, long postmaster) throws SQLException {
        this.jdbcUrl = jdbcUrl;
        this.port = port;
        this.postmaster = postmaster;
        this.account = number("select min(id) from account");
    }

    public static void main(String[] arguments) throws Exception {
        long people = arguments.length == 0 ? PEOPLE : Long.parseLong(arguments[0]);
        long kept = arguments.length < 2 ? 0 : Long.parseLong(arguments[1]);
        var folder = Files.createTempDirectory("reynard-bench-tracking");
        try (var postgres = EmbeddedDatabase.start(folder);
                var sink = new Sink()) {
            Database.migrate(postgres.jdbcUrl());
            try (var server = Server.start(settings(postgres.jdbcUrl(), sink.port()))) {
                new Tracking(postgres.jdbcUrl(), server.port(), postmaster(folder)).measure(people, kept);
            }
        } finally {
            delete(folder);
        }
    }

    private static Settings settings(String jdbcUrl, int sinkPort) {
        return new Settings(
                "127.0.0.1",
                0,
                Path.of("target"),
                Optional.of(jdbcUrl),
                Optional.of("https://mail.example.com"),
                Settings.Outgoing.over(Relay.parse("smtp://127.0.0.1:" + sinkPort + "?starttls=off&connections=32")),
                Optional.of(KEY),
                new Settings.Founder("Bench", "author@example.com", "Etc/UTC", Optional.of("1 Tea Street")),
                false,
                Optional.empty(),
                Optional.empty(),
                Policies.DEFAULT,
                Brake.Limits.DEFAULT,
                Reach.PUBLIC,
                Optional.empty(),
                Settings.Returns.NONE,
                Settings.Access.DEFAULT);
    }

    private void measure(long people, long kept) throws Exception {
        long read = sequence();
        sent(read);
        System.out.printf("%-52s %,10.0f a second%n", "the same rows alone, in batches of 2,000", rawInserts());

        if (kept > 0) {
            keep(kept);
        }
        events();
        System.out.printf("%-52s %,10.1f ms%n", "the figures of the sequence that is read", figures(read));

        fill(sequence(), FIRST_ID + 10_000_000, 2_000);
        rate(2_000); // Warm.
        fill(sequence(), FIRST_ID + 20_000_000, people);
        double alone = rate(people);
        System.out.printf("%-52s %,10.0f a second%n", "emails alone", alone);

        var reading = new AtomicBoolean(true);
        var readers = readers(reading);
        TimeUnit.SECONDS.sleep(3); // Warm.
        long before = handedIn.get();
        clickMicros.clear();
        long start = System.nanoTime();
        fill(sequence(), FIRST_ID + 30_000_000, people);
        double beside = rate(people);
        double handed = (handedIn.get() - before) * 1e9 / (System.nanoTime() - start);
        reading.set(false);
        for (var reader : readers) {
            reader.join();
        }
        System.out.printf("%-52s %,10.0f a second (%.2f of alone)%n", "emails beside readers", beside, beside / alone);
        System.out.printf("%-52s %,10.0f a second%n", "opens and clicks meanwhile", handed);
        long ended = System.nanoTime();
        long expected = handedIn.get();
        while (written() < expected && System.nanoTime() - ended < 30_000_000_000L) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        System.out.printf(
                "%-52s %,10d of %,d after %,d ms%n",
                "written down", written(), expected, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ended));
        var waits = clickMicros.stream().sorted().toList();
        System.out.printf(
                "%-52s %,10d µs, slowest in a hundred %,d µs%n",
                "a click waits (median)", waits.get(waits.size() / 2), waits.get(waits.size() * 99 / 100));
    }

    /// Opens and clicks alone: how many are written down in twenty seconds, and what each costs.
    private void events() throws Exception {
        var reading = new AtomicBoolean(true);
        var readers = readers(reading);
        TimeUnit.SECONDS.sleep(10); // Warm.
        long before = handedIn.get();
        double server = serverSeconds();
        double postgres = postgresSeconds();
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(20);
        long count = handedIn.get() - before;
        double seconds = (System.nanoTime() - start) / 1e9;
        double ours = serverSeconds() - server;
        double theirs = postgresSeconds() - postgres;
        reading.set(false);
        for (var reader : readers) {
            reader.join();
        }
        System.out.printf("%-52s %,10.0f a second%n", "opens and clicks alone", count / seconds);
        System.out.printf(
                "%-52s %,10.0f µs of server and client, %.0f µs of PostgreSQL; load of the machine %s%n",
                "CPU for each",
                ours * 1e6 / count,
                theirs * 1e6 / count,
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    }

    /// How long the API takes to answer with a sequence's figures.
    private double figures(long sequence) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + port + "/v4/sequences/" + sequence + "/emails?include=stats"))
                    .header("X-Kit-Api-Key", KEY)
                    .build();
            http.send(request, HttpResponse.BodyHandlers.ofString());
            long start = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                http.send(request, HttpResponse.BodyHandlers.ofString());
            }
            return (System.nanoTime() - start) / 20.0 / 1e6;
        }
    }

    /// Opens of the ten months before this one.
    private void keep(long count) throws SQLException {
        long start = System.nanoTime();
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            for (int back = 1; back <= 10; back++) {
                var month = YearMonth.now(ZoneOffset.UTC).minusMonths(back);
                statement.execute(
                        "create table if not exists email_open_%d_%02d partition of email_open for values from ('%s-01 00:00+00') to ('%s-01 00:00+00')"
                                .formatted(month.getYear(), month.getMonthValue(), month, month.plusMonths(1)));
                statement.execute("""
                        insert into email_open (account_id, delivery_id, at, id, subscriber_id, machine)
                        select %d, %d + i %% %d, '%s-01T00:00:00Z'::timestamptz + i * interval '1 ms',
                               %d + i, %d + i %% %d, null
                          from generate_series(1, %d) i
                        """.formatted(
                                account,
                                FIRST_ID,
                                READERS,
                                month,
                                FIRST_ID + back * 100_000_000L,
                                FIRST_ID,
                                READERS,
                                count / 10));
            }
            statement.execute("vacuum analyze email_open");
        }
        System.out.printf(
                "%-52s %,10d in %,d s%n",
                "kept of ten months before", count, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    }

    private static double serverSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    /// Of the server that this run has started, and of those of its processes that live.
    private double postgresSeconds() throws IOException {
        double seconds = 0;
        try (var processes = Files.list(Path.of("/proc"))) {
            for (var process : processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .toList()) {
                try {
                    var stat = Files.readString(process.resolve("stat"));
                    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    if (fields[1].equals(Long.toString(postmaster))) {
                        seconds += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
                    }
                } catch (IOException e) {
                    // It has ended meanwhile.
                }
            }
        }
        return seconds;
    }

    private static long postmaster(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            var file = files.filter(path -> path.endsWith("postmaster.pid"))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(Files.readAllLines(file).getFirst().strip());
        }
    }

    private long written() throws SQLException {
        return number("select (select count(*) from email_open where id < " + FIRST_ID
                + ") + (select count(*) from email_click where id < " + FIRST_ID + ")");
    }

    /// As many as [#PER_SECOND] together, each on a connection of its own.
    private List<Thread> readers(AtomicBoolean reading) throws SQLException {
        var secret = Base64.getDecoder().decode(text("select value from setting where name = 'tracking_secret'"));
        var tokens = new LinkTokens(secret, account);
        var threads = new ArrayList<Thread>();
        for (int client = 0; client < CLIENTS; client++) {
            long first = client;
            threads.add(Thread.ofPlatform().start(() -> read(reading, tokens, first)));
        }
        return threads;
    }

    private void read(AtomicBoolean reading, LinkTokens tokens, long first) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            var in = socket.getInputStream();
            var out = socket.getOutputStream();
            var buffer = new byte[8_192];
            long start = System.nanoTime();
            for (long i = 0; reading.get(); i++) {
                long wait = start + i * 1_000_000_000L * CLIENTS / PER_SECOND - System.nanoTime();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                long delivery = FIRST_ID + (first + i * CLIENTS) % READERS;
                boolean click = i % 10 == 9;
                var path = click ? "/c/" + tokens.link(delivery, URL_ID) : "/o/" + tokens.open(delivery) + ".gif";
                long asked = System.nanoTime();
                out.write(("GET " + path + " HTTP/1.1\r\nHost: mail.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux"
                                + " x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\r\n")
                        .getBytes(US_ASCII));
                answer(in, buffer, click ? "HTTP/1.1 302" : "HTTP/1.1 200");
                if (click) {
                    clickMicros.add((System.nanoTime() - asked) / 1_000);
                }
                handedIn.incrementAndGet();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(java.io.InputStream in, byte[] buffer, String expected) throws IOException {
        int length = 0;
        while (true) {
            int more = in.read(buffer, length, buffer.length - length);
            if (more < 0) {
                throw new IOException("the server hung up");
            }
            length += more;
            var text = new String(buffer, 0, length, java.nio.charset.StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                int at = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
                int body = at < 0 ? 0 : Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
                if (length >= end + 4 + body) {
                    if (!text.startsWith(expected)) {
                        throw new IOException("unexpected: " + text);
                    }
                    return;
                }
            }
        }
    }

    /// How fast mail goes out from now on, until all but one in fifty have: some may be put off for minutes.
    private double rate(long all) throws Exception {
        long people = all - all / 50;
        long start = System.nanoTime();
        long before = number("select count(*) from delivery where state = 'sent' and id < " + FIRST_ID);
        while (number("select count(*) from delivery where state = 'sent' and id < " + FIRST_ID) < before + people) {
            if (System.nanoTime() - start > 300_000_000_000L) {
                throw new IllegalStateException("the mail does not go out");
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
        return people * 1e9 / (System.nanoTime() - start);
    }

    private double rawInserts() throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            var month = Instant.now().toString().substring(0, 7);
            long start = System.nanoTime();
            for (int first = 0; first < ROWS; first += BATCH) {
                statement.execute(
                        """
                        insert into email_open (account_id, delivery_id, at, id, subscriber_id, machine)
                        select %d, %d + i, '%s-01T00:00:00Z'::timestamptz + i * interval '1 ms', %d + i, %d + i, null
                          from generate_series(%d, %d) i
                        """.formatted(account, FIRST_ID, month, FIRST_ID, FIRST_ID, first, first + BATCH - 1));
            }
            double rate = ROWS * 1e9 / (System.nanoTime() - start);
            statement.execute("delete from email_open");
            return rate;
        }
    }

    /// Emails that were sent an hour ago, to be opened.
    private void sent(long sequence) throws SQLException {
        long email = number("select min(id) from sequence_email where sequence_id = " + sequence);
        people(FIRST_ID, READERS);
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            var at = Instant.now().minus(Duration.ofHours(1));
            Copying.copy(
                    connection,
                    READERS,
                    FIRST_ID,
                    "enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state, anchor_at,"
                            + " last_email_id, finished_at, finish_reason, plan_version, created_at)",
                    (row, id, _) -> row.append("%d\t%d\t%d\t%d\t1\tapi\t%s\tcompleted\t%s\t%d\t%s\tend\t1\t%s\n"
                            .formatted(account, id, sequence, id, at, at, email, at, at)));
            Copying.copy(
                    connection,
                    READERS,
                    FIRST_ID,
                    "delivery (account_id, id, kind, enrollment_id, run, sequence_id, sequence_email_id, subscriber_id,"
                            + " token, message_id, state, due_at, created_at, marked_at, settled_at, attempts)",
                    (row, id, _) ->
                            row.append("%d\t%d\tsequence\t%d\t1\t%d\t%d\t%d\tt%d\tm%d\tsent\t%s\t%s\t%s\t%s\t1\n"
                                    .formatted(account, id, id, sequence, email, id, id, id, at, at, at, at)));
            execute(
                    connection,
                    "insert into link (account_id, id, url) values (%d, %d, 'https://example.com/')"
                            .formatted(account, URL_ID));
            execute(connection, "vacuum analyze delivery");
        }
    }

    private void fill(long sequence, long firstId, long people) throws SQLException {
        long email = number("select min(id) from sequence_email where sequence_id = " + sequence);
        people(firstId, people);
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            var now = Instant.now();
            Copying.copy(
                    connection,
                    people,
                    firstId,
                    "enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state, anchor_at,"
                            + " next_email_id, due_at, tzdata, plan_version, created_at)",
                    (row, id, _) -> row.append("%d\t%d\t%d\t%d\t1\tapi\t%s\twaiting\t%s\t%d\t%s\t2026f\t%d\t%s\n"
                            .formatted(account, id, sequence, id, now, now, email, now, 1, now)));
            execute(
                    connection,
                    "update enrollment e set plan_version = q.plan_version from sequence q where q.id = " + sequence
                            + " and e.sequence_id = q.id");
            Queues.align(connection);
        }
    }

    private void people(long firstId, long people) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            Copying.copy(
                    connection,
                    people,
                    firstId,
                    "subscriber (account_id, id, email_address, state, state_changed_at, created_at, updated_at)",
                    (row, id, _) ->
                            row.append("%d\t%d\tr%d@example.org\tactive\t2026-01-01Z\t2026-01-01Z\t2026-01-01Z\n"
                                    .formatted(account, id, id)));
        }
    }

    private long sequence() throws IOException, InterruptedException {
        var created = post("/v4/sequences", "{\"name\":\"Bench\",\"send_hour\":9,\"time_zone\":\"Etc/UTC\"}");
        long id = Long.parseLong(created.replaceAll("(?s).*\"sequence\":\\{\"id\":(\\d+).*", "$1"));
        post(
                "/v4/sequences/" + id + "/emails",
                "{\"subject\":\"Hello\",\"content\":\"<p>Hello {{ subscriber.first_name }},"
                        + " <a href='https://example.com/'>tea</a></p>\",\"delay_value\":0,\"delay_unit\":\"days\","
                        + "\"published\":true}");
        return id;
    }

    private String post(String path, String json) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("X-Kit-Api-Key", KEY)
                            .POST(HttpRequest.BodyPublishers.ofString(json))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        Copying.execute(connection, List.of(sql));
    }

    private long number(String sql) throws SQLException {
        return Long.parseLong(text(sql));
    }

    private String text(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Takes every email and keeps none.
    private static final class Sink implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());

        Sink() throws IOException {
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return listening.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    var socket = listening.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                // Closed.
            }
        }

        private static void serve(Socket socket) {
            try (socket;
                    var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
                socket.setTcpNoDelay(true);
                var out = socket.getOutputStream();
                out.write("220 sink ESMTP\r\n".getBytes(US_ASCII));
                boolean data = false;
                for (var line = in.readLine(); line != null; line = in.readLine()) {
                    if (data) {
                        if (line.equals(".")) {
                            data = false;
                            out.write("250 2.0.0 taken\r\n".getBytes(US_ASCII));
                        }
                        continue;
                    }
                    var verb = line.substring(0, Math.min(4, line.length()));
                    data = verb.equals("DATA");
                    out.write((switch (verb) {
                                case "EHLO" -> "250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n";
                                case "DATA" -> "354 go on\r\n";
                                case "QUIT" -> "221 bye\r\n";
                                default -> "250 2.1.0 ok\r\n";
                            })
                            .getBytes(US_ASCII));
                }
            } catch (IOException e) {
                // The other side has hung up.
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
