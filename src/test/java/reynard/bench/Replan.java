package reynard.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import reynard.app.Server;
import reynard.app.Settings;
import reynard.db.Database;
import reynard.db.EmbeddedDatabase;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.testing.Queues;
import reynard.webhook.Reach;

/// What a change of `send_hour` costs on a sequence with a million people inside: `bin/bench replan [PEOPLE]`.
///
/// A whole server on the system clock, with its loops; the mail goes to the built-in inbox. One sequence holds the
/// people, of whom some would fall due by the old hour in every second of the measurement; another one has people who
/// fall due all the time. The author's request, a request that moves nobody, the work in the background, its longest
/// transaction, and how late the other sequence's emails go out before and meanwhile are measured.
public final class Replan {
    private static final String KEY = "bench-key-0123456789abcdef";
    private static final long PEOPLE = 1_000_000;
    private static final long FIRST_ID = 1_000_000_000L;
    private static final int PUTS = 5;
    private static final int OTHERS_PER_SECOND = 20;
    private static final Duration SPAN = Duration.ofMinutes(30);

    private final String jdbcUrl;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicBoolean watching = new AtomicBoolean(true);
    private volatile Duration longestTransaction = Duration.ZERO;
    private final AtomicLong lockWaits = new AtomicLong();

    private Replan(String jdbcUrl, int port) {
        this.jdbcUrl = jdbcUrl;
        this.port = port;
    }

    /// What was measured.
    ///
    /// @param atOldHour emails that went out by the old hour after the answer: there must be none
    /// @param lateBefore how late the other sequence's emails went out before the change, the slowest in a hundred
    /// @param seen the steps of the progress that the status showed
    public record Result(
            long people,
            Duration putMovingNobody,
            Duration putMovingAll,
            Duration background,
            Duration longestTransaction,
            long lockWaits,
            long atOldHour,
            long othersSent,
            Duration lateBefore,
            Duration lateMeanwhile,
            List<Long> seen) {}

    public static void main(String[] arguments) throws Exception {
        var folder = Files.createTempDirectory("reynard-bench-replan");
        try (var postgres = EmbeddedDatabase.start(folder)) {
            var result = measure(postgres.jdbcUrl(), arguments.length == 0 ? PEOPLE : Long.parseLong(arguments[0]));
            System.out.printf("%,d people inside%n", result.people());
            print("PUT that moves nobody (median)", result.putMovingNobody());
            print("PUT of another send_hour (median)", result.putMovingAll());
            print("background work until all are moved", result.background());
            System.out.printf(
                    "%-44s %,d people a second%n",
                    "its rate",
                    result.people() * 1_000 / Math.max(1, result.background().toMillis()));
            print("its longest transaction", result.longestTransaction());
            System.out.printf("%-44s %d%n", "times that someone was seen to wait for a lock", result.lockWaits());
            System.out.printf("%-44s %d%n", "emails at the old hour after the answer", result.atOldHour());
            System.out.printf("%-44s %,d%n", "emails of another sequence meanwhile", result.othersSent());
            print("how late they were before (99 of 100)", result.lateBefore());
            print("how late they were meanwhile (99 of 100)", result.lateMeanwhile());
            if (result.atOldHour() > 0) {
                System.exit(1);
            }
        } finally {
            delete(folder);
        }
    }

    private static void print(String what, Duration duration) {
        System.out.printf("%-44s %,d ms%n", what, duration.toMillis());
    }

    /// Measures on an empty database.
    public static Result measure(String jdbcUrl, long people) throws Exception {
        Database.migrate(jdbcUrl);
        try (var server = Server.start(new Settings(
                "127.0.0.1",
                0,
                Path.of("target"),
                Optional.of(jdbcUrl),
                Optional.of("https://mail.example.com"),
                reynard.app.Settings.Outgoing.INBOX,
                Optional.of(KEY),
                new Settings.Founder("Bench", "author@example.com", "Etc/UTC", Optional.of("1 Tea Street")),
                false,
                Optional.empty(),
                Optional.empty(),
                Policies.DEFAULT,
                Brake.Limits.DEFAULT,
                Reach.PUBLIC,
                Optional.empty(),
                reynard.app.Settings.Returns.NONE,
                reynard.app.Settings.Access.DEFAULT))) {
            return new Replan(jdbcUrl, server.port()).measure(people);
        }
    }

    private Result measure(long people) throws Exception {
        long sequence = sequence();
        long other = sequence();
        var start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        // By the old hour, one in ten falls due while we measure, and the others later.
        fill(
                sequence,
                FIRST_ID,
                people,
                i -> start.plusMillis(i % 10 == 0 ? 3_600_000 + i % 1_000 : 86_400_000 + i % 1_000));
        fill(
                other,
                FIRST_ID + people,
                SPAN.toSeconds() * OTHERS_PER_SECOND,
                i -> Instant.now().plusMillis(2_000 + i * 1_000 / OTHERS_PER_SECOND));
        var watch = Thread.ofPlatform().daemon().start(this::watch);
        try {
            var idle = new ArrayList<Duration>();
            for (int i = 0; i < PUTS; i++) {
                idle.add(put(sequence, "{\"name\":\"Name " + i + "\"}"));
            }
            // How it is when nothing is moved.
            TimeUnit.SECONDS.sleep(5);
            longestTransaction = Duration.ZERO;
            lockWaits.set(0);
            dueSoon(sequence, people);
            var moving = new ArrayList<Duration>();
            int hour = start.atOffset(ZoneOffset.UTC).getHour();
            for (int i = 0; i < PUTS; i++) {
                moving.add(put(sequence, "{\"send_hour\":" + (hour + 6 + i) % 24 + "}"));
            }
            var answered = Instant.now();
            var seen = new ArrayList<Long>();
            while (replanning(seen)) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            var done = Instant.now();
            TimeUnit.SECONDS.sleep(1);
            return new Result(
                    people,
                    median(idle),
                    median(moving),
                    Duration.between(answered, done),
                    longestTransaction,
                    lockWaits.get(),
                    count("sequence_id = " + sequence + " and created_at > '" + answered + "'"),
                    count("sequence_id = " + other + " and created_at between '" + answered + "' and '" + done + "'"),
                    late(other, start, answered),
                    late(other, answered, done),
                    seen);
        } finally {
            watching.set(false);
            watch.join();
        }
    }

    /// By the old hour a hundred people fall due in each second of the next minutes.
    private void dueSoon(long sequence, long people) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            statement.execute(
                    """
                    update enrollment set due_at = '%s'::timestamptz + (id - %d) * interval '10 milliseconds'
                     where sequence_id = %d and id between %d and %d
                    """.formatted(Instant.now().plusSeconds(2), FIRST_ID, sequence, FIRST_ID, FIRST_ID + people / 50));
            Queues.align(connection);
        }
    }

    private long sequence() throws IOException, InterruptedException {
        var created = send("POST", "/v4/sequences", "{\"name\":\"Bench\",\"time_zone\":\"Etc/UTC\",\"send_hour\":0}");
        long id = Long.parseLong(created.replaceFirst("(?s).*?\"id\":([0-9]+).*", "$1"));
        send(
                "POST",
                "/v4/sequences/" + id + "/emails",
                "{\"subject\":\"Hello\",\"content\":\"<p>Hello</p>\",\"delay_value\":1,\"delay_unit\":\"days\","
                        + "\"published\":true}");
        return id;
    }

    private Duration put(long sequence, String body) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        send("PUT", "/v4/sequences/" + sequence, body);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private boolean replanning(List<Long> seen) throws IOException, InterruptedException {
        var status = send("GET", "/ext/v1/status", "");
        if (status.contains("\"replanning\":[]")) {
            return false;
        }
        seen.add(Long.parseLong(status.replaceFirst("(?s).*\"done\":([0-9]+).*", "$1")));
        return true;
    }

    private String send(String method, String path, String body) throws IOException, InterruptedException {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("X-Kit-Api-Key", KEY)
                        .method(method, HttpRequest.BodyPublishers.ofString(body, UTF_8))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private interface DueAt {
        Instant of(long i);
    }

    private void fill(long sequence, long firstId, long people, DueAt dueAt) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            long account = number(connection, "select min(id) from account");
            long email = number(connection, "select min(id) from sequence_email where sequence_id = " + sequence);
            long planVersion = number(connection, "select plan_version from sequence where id = " + sequence);
            var anchor = Instant.now().minus(Duration.ofHours(20));
            Copying.copy(
                    connection,
                    people,
                    firstId,
                    "subscriber (account_id, id, email_address, state, state_changed_at, created_at, updated_at)",
                    (row, id, _) -> row.append(account)
                            .append('\t')
                            .append(id)
                            .append("\tr")
                            .append(id)
                            .append("@example.org\tactive\t2026-01-01Z\t2026-01-01Z\t2026-01-01Z\n"));
            Copying.copy(
                    connection,
                    people,
                    firstId,
                    "enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state, anchor_at,"
                            + " next_email_id, due_at, tzdata, plan_version, created_at)",
                    (row, id, i) -> row.append(account)
                            .append('\t')
                            .append(id)
                            .append('\t')
                            .append(sequence)
                            .append('\t')
                            .append(id)
                            .append("\t1\tapi\t2026-01-01Z\twaiting\t")
                            .append(anchor)
                            .append('\t')
                            .append(email)
                            .append('\t')
                            .append(dueAt.of(i))
                            .append("\t2026f\t")
                            .append(planVersion)
                            .append("\t2026-01-01Z\n"));
            Queues.align(connection);
            Copying.execute(connection, List.of("vacuum analyze subscriber", "vacuum analyze enrollment"));
        }
    }

    private static long number(java.sql.Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private long count(String where) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            return number(connection, "select count(*) from delivery where " + where);
        }
    }

    /// How long after their moment emails went out, but for the slowest in a hundred.
    private Duration late(long sequence, Instant from, Instant until) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            return Duration.ofMillis(number(connection, """
                    select coalesce(percentile_cont(0.99) within group (
                                        order by extract(epoch from settled_at - due_at) * 1000), 0)::bigint
                      from delivery
                     where sequence_id = %d and state = 'sent' and due_at between '%s' and '%s'
                    """.formatted(sequence, from, until)));
        }
    }

    /// Looks at the longest transaction and at who waits for a lock, fifty times a second.
    private void watch() {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            while (watching.get()) {
                try (var row = statement.executeQuery("""
                        select coalesce(max(extract(epoch from clock_timestamp() - a.xact_start) * 1000), 0)::bigint,
                               count(*) filter (where a.wait_event_type = 'Lock')
                          from pg_stat_activity a
                         where a.backend_type = 'client backend' and a.state <> 'idle' and a.pid <> pg_backend_pid()
                           and a.query not like '%left_over%'
                        """)) {
                    row.next();
                    var longest = Duration.ofMillis(row.getLong(1));
                    if (longest.compareTo(longestTransaction) > 0) {
                        longestTransaction = longest;
                    }
                    lockWaits.addAndGet(row.getLong(2));
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Duration median(List<Duration> durations) {
        return durations.stream().sorted().toList().get(durations.size() / 2);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
