package reynard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import reynard.db.EmbeddedDatabase;
import reynard.testing.Queues;

/// How fast due emails go out, each with a durable mark and a durable result, beside what Postfix's `smtp-source -s 8`
/// pushes into the same `smtp-sink` in the same run: `bin/bench send [CASE …]`. The cases:
///
/// - `plain`: 100,000 due emails of 4 KB with five variables, tracked links and List-Unsubscribe, without DKIM. The
///   figure is the ratio; below 0.3 it fails, and 0.5 is the goal.
/// - `dkim`: the same, signed with RSA 2048, beside what `openssl speed rsa2048` signs.
/// - `latency`: a receiver that answers the final dot after 50 ms; at least 0.9 of connections / 0.05 s.
/// - `million`: 1,000,000 due emails; the server stays under 400 MB.
///
/// Each server sends 200,000 others before, so that what is measured is not Java that is being compiled; 40,000 to the
/// receiver that is slow only afterwards. Sizes are set by `JDK_JAVA_OPTIONS`: `-Dbench.due=`, `-Dbench.warm=`,
/// `-Dbench.million=`, `-Dbench.connections=`.
///
/// The two programs of Postfix are unpacked from Debian's package into a folder of their own. Nothing is installed, and
/// no mail server is started.
public final class Send {
    private static final String KEY = "bench-key-0123456789abcdef";
    private static final int DUE = Integer.getInteger("bench.due", 100_000);
    private static final int MILLION = Integer.getInteger("bench.million", 1_000_000);
    /// So many go out before, so that what is measured is not Java that is being compiled.
    private static final int WARM = Integer.getInteger("bench.warm", 200_000);
    private static final int CONNECTIONS = Integer.getInteger("bench.connections", 640);
    private static final double FLOOR = 0.3;
    private static final double OF_LATENCY = 0.9;
    private static final int MEGABYTES_MAX = 400;
    private static final Path POSTFIX = Path.of("target/bench-postfix");
    private static final EmbeddedDatabase.Settings AS_SHIPPED_FOR_MORE =
            new EmbeddedDatabase.Settings(EmbeddedDatabase.Settings.SMALL_SERVER.sharedBuffersMegabytes(), 100, true);

    private static final long FIRST_DELIVERY = 3_000_000_000L;
    private static final String TRANSACTIONS =
            "select xact_commit from pg_stat_database where datname = current_database()";
    private static final String LOGGED = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')";

    private final Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private boolean good = true;

    private Send(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        var cases = arguments.length == 0 ? List.of("plain", "dkim", "latency", "million") : List.of(arguments);
        var folder = Files.createTempDirectory("reynard-bench-send");
        var bench = new Send(folder);
        try {
            for (var name : cases) {
                switch (name) {
                    case "plain" -> bench.plain();
                    case "dkim" -> bench.dkim();
                    case "latency" -> bench.latency();
                    case "million" -> bench.million();
                    default -> throw new IllegalArgumentException("no such case: " + name);
                }
            }
        } finally {
            try (var paths = Files.walk(folder)) {
                for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        System.exit(bench.good ? 0 : 1);
    }

    private void plain() throws Exception {
        try (var sink = Sink.start()) {
            double before = limit(sink, true);
            var run = run(
                    "smtp://127.0.0.1:" + sink.port() + "?starttls=off&connections=" + CONNECTIONS, WARM, DUE, false);
            double after = limit(sink, true);
            double fresh = limit(sink, false);
            double limit = (before + after) / 2;
            double ratio = run.perSecond() / limit;
            line(
                    "%,d emails over %d connections: %,.0f a second; smtp-source -s 8: %,.0f (%,.0f before, %,.0f after; %,.0f with a connection for each); ratio %.2f (goal 0.5, at least 0.3)"
                            .formatted(DUE, CONNECTIONS, run.perSecond(), limit, before, after, fresh, ratio),
                    ratio >= FLOOR);
            memory(run);
            run.shares().forEach(share -> line("  " + share, true));
        }
    }

    private void dkim() throws Exception {
        var speed = output(List.of("openssl", "speed", "-seconds", "2", "rsa2048"));
        var signing = speed.lines()
                .filter(line -> line.startsWith("rsa 2048"))
                .map(line -> line.trim().split("\\s+"))
                .map(words -> Double.parseDouble(words[words.length - 2]))
                .findFirst()
                .orElse(0.0);
        try (var sink = Sink.start()) {
            double limit = limit(sink, true);
            var run = run(
                    "smtp://127.0.0.1:" + sink.port() + "?starttls=off&connections=" + CONNECTIONS,
                    WARM,
                    DUE / 2,
                    true);
            line(
                    "signed with RSA 2048: %,.0f a second; smtp-source -s 8: %,.0f; ratio %.2f; openssl signs %,.0f a second on one core"
                            .formatted(run.perSecond(), limit, run.perSecond() / limit, signing),
                    true);
            run.shares().forEach(share -> line("  " + share, true));
        }
    }

    private void latency() throws Exception {
        for (int connections : List.of(8, 32, 64)) {
            try (var sink = new SlowSink()) {
                var run = run(
                        "smtp://127.0.0.1:" + sink.port() + "?starttls=off&connections=" + connections,
                        WARM / 5,
                        connections * 400,
                        false,
                        () -> sink.slowDown(Duration.ofMillis(50)));
                double limit = connections / 0.05;
                line(
                        "a receiver that answers after 50 ms, %d connections: %,.0f a second of %,.0f; ratio %.2f (at least 0.9)"
                                .formatted(connections, run.perSecond(), limit, run.perSecond() / limit),
                        run.perSecond() / limit >= OF_LATENCY);
            }
        }
    }

    private void million() throws Exception {
        try (var sink = Sink.start()) {
            var run = run(
                    "smtp://127.0.0.1:" + sink.port() + "?starttls=off&connections=" + CONNECTIONS,
                    WARM,
                    MILLION,
                    false);
            line("%,d emails: %,.0f a second".formatted(MILLION, run.perSecond()), true);
            memory(run);
        }
    }

    private void memory(Run run) {
        line(
                "  peak resident memory of the server %d MB (under %d)".formatted(run.megabytes(), MEGABYTES_MAX),
                run.megabytes() < MEGABYTES_MAX);
    }

    /// What `smtp-source` pushes into the sink with eight sessions.
    ///
    /// @param keeping whether it keeps its connections between messages
    private static double limit(Sink sink, boolean keeping) throws Exception {
        var command =
                new ArrayList<>(List.of(POSTFIX.resolve("usr/sbin/smtp-source").toString()));
        int messages = keeping ? DUE : DUE / 5;
        if (keeping) {
            command.add("-d");
        }
        command.addAll(List.of(
                "-s",
                "8",
                "-l",
                "4096",
                "-m",
                String.valueOf(messages),
                "-f",
                "author@example.com",
                "-t",
                "reader@example.org",
                "127.0.0.1:" + sink.port()));
        long began = System.nanoTime();
        output(command);
        return messages / ((System.nanoTime() - began) / 1e9);
    }

    /// One run of a server over a database of its own.
    ///
    /// @param shares of what ran, of all processors
    private record Run(double perSecond, long megabytes, List<String> shares) {}

    private Run run(String relay, int warm, int due, boolean signed) throws Exception {
        return run(relay, warm, due, signed, () -> {});
    }

    /// @param onceWarm called before what is measured
    private Run run(String relay, int warm, int due, boolean signed, Runnable onceWarm) throws Exception {
        var data = folder.resolve("data");
        try (var postgres = EmbeddedDatabase.start(data, Path.of("target"), AS_SHIPPED_FOR_MORE)) {
            var jdbcUrl = postgres.jdbcUrl();
            var recording = folder.resolve("recording.jfr");
            var server = serve(jdbcUrl, relay);
            try {
                var url = urlOf(server);
                for (var field : List.of("Company", "City", "Plan")) {
                    post(url, "/v4/custom_fields", "{\"label\":\"" + field + "\"}");
                }
                long warming = write(url, jdbcUrl);
                long sequence = write(url, jdbcUrl);
                execute(jdbcUrl, "update sequence set active = false, paused_at = now() where id = " + sequence);
                Queues.due(jdbcUrl, warming, 0, warm);
                Queues.due(jdbcUrl, sequence, warm, due);
                execute(jdbcUrl, "vacuum analyze");
                if (signed) {
                    sign(jdbcUrl);
                }
                // Without one, mail of a list is kept back.
                execute(jdbcUrl, "update account set postal_address = '1 Tea Street'");
                awaitAttempts(jdbcUrl, server, warm / 2);
                // Its own cost is not the server's; and once it has ended, Java compiles anew what it had a hand in.
                stopRecording(server, recording);
                awaitSent(jdbcUrl, server, warm);
                onceWarm.run();
                double transactions = number(jdbcUrl, TRANSACTIONS);
                double logged = number(jdbcUrl, LOGGED);
                execute(jdbcUrl, "update sequence set active = true, paused_at = null");
                var before = processorSeconds(server, data);
                double load = load();
                long megabytes = awaitSent(jdbcUrl, server, warm + due);
                var after = processorSeconds(server, data);
                var seconds = number(
                        jdbcUrl,
                        "select extract(epoch from max(settled_at) - min(marked_at)) from delivery where state = 'sent'"
                                + " and id > " + (FIRST_DELIVERY + warm));
                transactions = number(jdbcUrl, TRANSACTIONS) - transactions;
                logged = number(jdbcUrl, LOGGED) - logged;
                long sent = (long) number(jdbcUrl, "select count(*) from delivery where state = 'sent'");
                if (sent != warm + due) {
                    throw new IllegalStateException("of " + (warm + due) + " emails " + sent + " were sent");
                }
                server.destroy();
                server.waitFor();
                var shares = new ArrayList<String>();
                shares.add(
                        "load of the machine %.1f; CPU for each email: %s".formatted(load, each(before, after, due)));
                shares.add("for each email %.3f transactions and %,.0f bytes of PostgreSQL's log"
                        .formatted(transactions / due, logged / due));
                shares.add("the server's own of those before, by stage: " + stages(recording));
                return new Run(due / seconds, megabytes, shares);
            } finally {
                server.destroy();
                server.waitFor();
            }
        } finally {
            delete(data);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var paths = Files.walk(folder)) {
                for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void stopRecording(Process server, Path recording) throws Exception {
        output(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(server.pid()),
                "JFR.stop",
                "name=warm",
                "filename=" + recording));
    }

    private static Process serve(String jdbcUrl, String relay) throws IOException {
        var command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // As bin/reynard starts it.
                        "-Xmx196m",
                        "-Xmn104m",
                        "-XX:TrimNativeHeapInterval=5000",
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:FlightRecorderOptions:memorysize=2m",
                        "-XX:StartFlightRecording=jdk.ExecutionSample#enabled=true,"
                                + "jdk.ExecutionSample#period=20ms,name=warm",
                        "-Xlog:jfr*=off",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "reynard.cli.Main",
                        "serve",
                        "--port=0",
                        "--smtp-url=" + relay,
                        "--database-url=" + jdbcUrl)
                .redirectErrorStream(true);
        command.environment()
                .putAll(Map.of(
                        "REYNARD_BOOTSTRAP_API_KEY", KEY,
                        "REYNARD_SECRET_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                        "REYNARD_PUBLIC_URL", "https://mail.example.com",
                        "REYNARD_RATE_LIMIT", "off"));
        return command.start();
    }

    private static String urlOf(Process server) throws IOException {
        var said = new StringBuilder();
        var out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            int at = line.lastIndexOf(" answers on ");
            if (at >= 0) {
                Thread.ofVirtual().start(() -> tell(out));
                return line.substring(at + " answers on ".length());
            }
        }
        throw new IllegalStateException("the server did not start:\n" + said);
    }

    /// What the server complains of, the first of it; all is read, so that it is never held up.
    private static void tell(BufferedReader out) {
        var told = new AtomicInteger();
        out.lines()
                .dropWhile(line -> !line.contains("ERROR") && !line.contains("WARN"))
                .filter(_ -> told.incrementAndGet() <= 40)
                .forEach(System.out::println);
    }

    // What is to be sent

    private long write(String url, String jdbcUrl) throws Exception {
        long layout = (long) number(jdbcUrl, "select id from email_template where name = 'Plain'");
        long sequence = id(post(url, "/v4/sequences", "{\"name\":\"Bench\",\"email_template_id\":" + layout + "}"));
        for (int i = 0; i < 2; i++) {
            post(
                    url,
                    "/v4/sequences/" + sequence + "/emails",
                    "{\"subject\":\"" + Tea.SUBJECT + "\",\"content\":\"" + Tea.CONTENT.replace("\"", "\\\"")
                            + "\",\"delay_value\":" + (i + 1) + ",\"delay_unit\":\"days\",\"published\":true}");
        }
        return sequence;
    }

    private static long id(String json) {
        var found = java.util.regex.Pattern.compile("\"id\":(\\d+)").matcher(json);
        if (!found.find()) {
            throw new IllegalStateException("no id: " + json);
        }
        return Long.parseLong(found.group(1));
    }

    private String post(String url, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .header("X-Kit-Api-Key", KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private static void sign(String jdbcUrl) throws Exception {
        output(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "reynard.cli.Main",
                "dkim",
                "create",
                "example.com",
                "--database-url=" + jdbcUrl,
                "--secret-key=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
        execute(jdbcUrl, "update dkim_key set signing_since = now() where algorithm = 'rsa'");
    }

    // What it took

    /// @param attempts how many there have to be
    /// @return the peak of the server's resident memory, in megabytes
    private static long awaitSent(String jdbcUrl, Process server, long attempts) throws Exception {
        awaitAttempts(jdbcUrl, server, attempts);
        awaitNone(jdbcUrl, server, """
                select count(*)
                  from delivery d
                  join sequence q on q.account_id = d.account_id and q.id = d.sequence_id and q.active
                 where d.next_attempt_at is not null
                """);
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / 1024;
    }

    /// What is asked while emails go out costs next to nothing: what PostgreSQL has counted, by one connection.
    private static void awaitAttempts(String jdbcUrl, Process server, long attempts) throws Exception {
        awaitNone(
                jdbcUrl,
                server,
                "select (n_tup_ins < %d)::int from pg_stat_user_tables where relname = 'attempt'".formatted(attempts));
    }

    private static void awaitNone(String jdbcUrl, Process server, String counting) throws Exception {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.prepareStatement(counting)) {
            while (isFound(statement)) {
                if (server.waitFor(500, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("the server has ended");
                }
            }
        }
    }

    private static boolean isFound(PreparedStatement statement) throws SQLException {
        try (var rows = statement.executeQuery()) {
            return rows.next() && rows.getInt(1) > 0;
        }
    }

    /// By program, in seconds since the start of each. Of the server, Java's compiler and collector stand beside it.
    private static Map<String, Double> processorSeconds(Process server, Path data) throws IOException {
        var seconds = new TreeMap<String, Double>();
        try (var processes = Files.list(Path.of("/proc"))) {
            for (var process : processes.toList()) {
                var name = process.getFileName().toString();
                if (name.chars().allMatch(Character::isDigit)) {
                    try {
                        var stat = Files.readString(process.resolve("stat"));
                        var program = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                        double spent = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
                        // Its own processes that have ended.
                        double before = (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / 100.0;
                        if (name.equals(String.valueOf(server.pid()))) {
                            seconds.merge("server", spent, Double::sum);
                            threads(process).forEach((thread, own) -> seconds.merge(thread, own, Double::sum));
                        } else if (program.equals("postgres")
                                && Files.readSymbolicLink(process.resolve("cwd"))
                                        .startsWith(data.toRealPath())) {
                            seconds.merge(program, spent + before, Double::sum);
                        } else if (program.equals("smtp-sink")) {
                            seconds.merge(program, spent, Double::sum);
                        }
                    } catch (IOException e) {
                        // It has ended.
                    }
                }
            }
        }
        return seconds;
    }

    private static Map<String, Double> threads(Path process) throws IOException {
        var seconds = new TreeMap<String, Double>();
        try (var threads = Files.list(process.resolve("task"))) {
            for (var thread : threads.toList()) {
                var stat = Files.readString(thread.resolve("stat"));
                var name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                double spent = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
                if (name.startsWith("C1 ") || name.startsWith("C2 ")) {
                    seconds.merge("of it compiling", spent, Double::sum);
                } else if (name.equals("VM Thread")) {
                    seconds.merge("of it collecting", spent, Double::sum);
                }
            }
        }
        return seconds;
    }

    private static String each(Map<String, Double> before, Map<String, Double> after, int emails) {
        var text = new ArrayList<String>();
        after.forEach((name, seconds) ->
                text.add("%s %.3f ms".formatted(name, (seconds - before.getOrDefault(name, 0.0)) * 1_000 / emails)));
        return String.join(", ", text);
    }

    /// Where the server's samples fall, by the first frame that says what it is for.
    private static String stages(Path recording) throws IOException {
        var samples = new TreeMap<String, Integer>();
        int all = 0;
        try (var file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                var event = file.readEvent();
                if (event.getEventType().getName().equals("jdk.ExecutionSample")) {
                    var stack = event.getStackTrace();
                    if (stack != null) {
                        samples.merge(stage(stack.getFrames()), 1, Integer::sum);
                        all++;
                    }
                }
            }
        }
        int total = Math.max(1, all);
        return samples.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(entry -> String.format(Locale.ROOT, "%s %d %%", entry.getKey(), entry.getValue() * 100 / total))
                .reduce((one, two) -> one + ", " + two)
                .orElse("no samples");
    }

    private static String stage(List<RecordedFrame> frames) {
        for (var frame : frames) {
            var type = frame.getMethod().getType().getName();
            for (var stage : STAGES) {
                if (Arrays.stream(stage.types()).anyMatch(type::startsWith)) {
                    return stage.name();
                }
            }
        }
        return "the rest";
    }

    private record Stage(String name, String... types) {}

    private static final List<Stage> STAGES = List.of(
            new Stage("signing", "reynard.mail.dkim"),
            new Stage("writing the message", "reynard.mail"),
            new Stage("Liquid and text", "reynard.template", "org.jsoup"),
            new Stage("tracked links", "reynard.tracking"),
            new Stage("SMTP", "reynard.delivery.smtp"),
            new Stage("PostgreSQL's driver", "org.postgresql"),
            new Stage("statements", "org.jdbi", "com.zaxxer"),
            new Stage("letters", "reynard.delivery.Letters"),
            new Stage("next steps", "reynard.enrollment"),
            new Stage("events", "reynard.webhook", "reynard.event"),
            new Stage("sender", "reynard.delivery", "reynard.app"));

    private static double load() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    }

    private static void execute(String jdbcUrl, String sql) throws Exception {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static double number(String jdbcUrl, String sql) throws Exception {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getDouble(1);
        }
    }

    private void line(String text, boolean fine) {
        System.out.println(text + (fine ? "" : " MISSED"));
        good &= fine;
    }

    private static String output(List<String> command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("LD_LIBRARY_PATH", POSTFIX.resolve("usr/lib/postfix").toString());
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ":\n" + output);
        }
        return output;
    }

    /// Postfix's `smtp-sink` on a free port.
    private record Sink(Process process, int port) implements AutoCloseable {
        static Sink start() throws Exception {
            unpack();
            int port = freePort();
            // As root, it insists on being somebody else; whoever is not root is ignored.
            var command = new ProcessBuilder(
                            POSTFIX.resolve("usr/sbin/smtp-sink").toString(),
                            "-u",
                            "nobody",
                            // It would take 256 connections at most.
                            "-m",
                            "2048",
                            "127.0.0.1:" + port,
                            "1000")
                    .redirectErrorStream(true);
            command.environment()
                    .put("LD_LIBRARY_PATH", POSTFIX.resolve("usr/lib/postfix").toString());
            var process = command.start();
            awaitListening(port);
            return new Sink(process, port);
        }

        private static void unpack() throws Exception {
            if (!Files.exists(POSTFIX.resolve("usr/sbin/smtp-sink"))) {
                Files.createDirectories(POSTFIX);
                output(List.of(
                        "sh",
                        "-c",
                        "cd '" + POSTFIX
                                + "' && (apt-get download postfix || (apt-get update && apt-get download postfix))"
                                + " && dpkg -x postfix_*.deb ."));
            }
        }

        private static int freePort() throws IOException {
            try (var socket = new java.net.ServerSocket(0)) {
                return socket.getLocalPort();
            }
        }

        private static void awaitListening(int port) throws Exception {
            for (int i = 0; i < 100; i++) {
                try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
                    if (socket.isConnected()) {
                        return;
                    }
                } catch (IOException e) {
                    Thread.sleep(50);
                }
            }
            throw new IllegalStateException("smtp-sink does not listen");
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
