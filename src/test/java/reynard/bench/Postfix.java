package reynard.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import reynard.delivery.smtp.Relay;
import reynard.testing.Queues;
import reynard.testing.TestServer;

/// Whether a real Postfix and the ledger agree, email by email: `bin/bench postfix [EMAILS]`, 10,000 of them if no
/// number is given. A Postfix from Debian's package is started on loopback by `bench/postfix.sh`, as root. One email
/// in a hundred is for a domain that it cannot reach, so that it stays in its queue.
///
/// Each delivery that the ledger calls sent must have been accepted under the queue id that its recorded reply names,
/// with its Message-ID and for its reader, and be in Postfix's log as sent or in its queue; and nothing else may be
/// there. Fails on the first kind of difference, with examples.
public final class Postfix {
    private static final int EMAILS = 10_000;
    private static final int KEPT_ONE_IN = 100;
    private static final int EXAMPLES = 5;
    private static final int PATIENCE_SECONDS = 120;
    private static final Pattern QUEUED = Pattern.compile("queued as ([0-9A-Za-z]+)");
    private static final Pattern MESSAGE_ID =
            Pattern.compile("postfix/cleanup\\[\\d+]: ([0-9A-Za-z]+): message-id=<(.*)>");
    // A host that does not answer is left alone after some tries; the rest for it is put off by the "error" service.
    private static final Pattern DELIVERED =
            Pattern.compile("postfix/(?:discard|smtp|error)\\[\\d+]: ([0-9A-Za-z]+): to=<([^>]*)>,.* status=(\\w+)");
    private static final Pattern KEPT = Pattern.compile("\"queue_id\": \"([0-9A-Za-z]+)\".*\"address\": \"([^\"]*)\"");

    private final Path folder;
    private final int emails;
    private final List<String> differences = new ArrayList<>();

    private Postfix(Path folder, int emails) {
        this.folder = folder;
        this.emails = emails;
    }

    public static void main(String[] arguments) throws Exception {
        int emails = arguments.length == 0 ? EMAILS : Integer.parseInt(arguments[0]);
        var folder = Files.createTempDirectory("reynard-bench-postfix");
        boolean good;
        try {
            good = new Postfix(folder, emails).run();
        } finally {
            try (var paths = Files.walk(folder)) {
                for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run() throws Exception {
        int port = freePort();
        script("start", String.valueOf(port));
        try (var server = TestServer.with(Relay.parse("smtp://127.0.0.1:" + port + "?starttls=off&connections=32"))) {
            var sequence = server.sequence(TestServer.immediate("Hello"));
            fill(server.databaseUrl(), sequence.id());
            long began = System.nanoTime();
            long sent = server.settle();
            System.out.printf(
                    "%,d of %,d emails accepted in %.1f s%n", sent, emails, (System.nanoTime() - began) / 1e9);
            compare(ledger(server.databaseUrl()), awaitLog());
        } finally {
            script("stop");
        }
        differences.stream().limit(EXAMPLES).forEach(System.out::println);
        System.out.printf("%,d differences%n", differences.size());
        return differences.isEmpty();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String script(String verb, String... more) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("bench/postfix.sh", verb, folder.toString()));
        command.addAll(List.of(more));
        var output = folder.resolve(verb + ".out");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ":\n" + Files.readString(output));
        }
        return Files.readString(output);
    }

    /// People who are in the sequence and to whom its email is due.
    private void fill(String jdbcUrl, long sequence) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            statement.execute("""
                    insert into subscriber (account_id, id, email_address, state, state_changed_at, fields, created_at,
                                            updated_at)
                    select a.id, 1000000000 + i,
                           'reader' || i || '@' || case when i %% %3$d = 0 then 'later.' else '' end || 'example.org',
                           'active', a.created_at, '{}', a.created_at, a.created_at
                      from account a, generate_series(1, %2$d) i;
                    insert into enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,
                                            anchor_at, next_email_id, due_at, tzdata, plan_version, created_at)
                    select a.id, 2000000000 + i, q.id, 1000000000 + i, 1, 'api', a.created_at, 'waiting', a.created_at,
                           (select min(e.id) from sequence_email e where e.sequence_id = q.id), a.created_at, '2026f',
                           q.plan_version, a.created_at
                      from account a join sequence q on q.id = %1$d, generate_series(1, %2$d) i;
                    analyze
                    """.formatted(sequence, emails, KEPT_ONE_IN));
            Queues.align(connection);
        }
    }

    /// A delivery that the ledger calls sent.
    ///
    /// @param queueId as the recorded reply names it; empty if it names none
    private record Sent(long delivery, String reader, String messageId, String queueId) {}

    private List<Sent> ledger(String jdbcUrl) throws SQLException {
        var sent = new ArrayList<Sent>();
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select d.id, s.email_address, d.message_id, d.state, d.reply
                          from delivery d
                          join subscriber s on s.account_id = d.account_id and s.id = d.subscriber_id
                         order by d.id
                        """)) {
            while (rows.next()) {
                long delivery = rows.getLong("id");
                if (!rows.getString("state").equals("sent")) {
                    differences.add(
                            "delivery " + delivery + " is " + rows.getString("state") + ": " + rows.getString("reply"));
                    continue;
                }
                var queued = QUEUED.matcher(String.valueOf(rows.getString("reply")));
                sent.add(new Sent(
                        delivery,
                        rows.getString("email_address"),
                        rows.getString("message_id"),
                        queued.find() ? queued.group(1) : ""));
            }
        }
        return sent;
    }

    /// What Postfix knows, by queue id.
    ///
    /// @param to for whom it has been tried, and with what outcome
    private record Log(Map<String, String> messageIds, Map<String, String> to, Set<String> sent) {}

    private Log awaitLog() throws IOException, InterruptedException {
        for (int second = 0; second < PATIENCE_SECONDS; second++) {
            var log = log();
            if (log.to().size() >= emails) {
                return log;
            }
            Thread.sleep(1_000);
        }
        return log();
    }

    private Log log() throws IOException {
        var log = new Log(new HashMap<>(), new HashMap<>(), new HashSet<>());
        for (var line : Files.readAllLines(folder.resolve("mail.log"), StandardCharsets.UTF_8)) {
            var id = MESSAGE_ID.matcher(line);
            if (id.find()) {
                log.messageIds().put(id.group(1), id.group(2));
            }
            var delivered = DELIVERED.matcher(line);
            if (delivered.find()) {
                log.to().put(delivered.group(1), delivered.group(2));
                if (delivered.group(3).equals("sent")) {
                    log.sent().add(delivered.group(1));
                }
            }
        }
        return log;
    }

    private void compare(List<Sent> ledger, Log log) throws IOException, InterruptedException {
        var kept = new HashMap<String, String>();
        for (var line : script("queue").lines().toList()) {
            var found = KEPT.matcher(line);
            if (found.find()) {
                kept.put(found.group(1), found.group(2));
            }
        }
        var unknown = new HashSet<>(log.messageIds().keySet());
        for (var one : ledger) {
            if (!unknown.remove(one.queueId())) {
                differences.add("delivery " + one.delivery() + " names queue id " + one.queueId()
                        + ", which the log does not have, or which is another's too");
                continue;
            }
            if (!log.messageIds().getOrDefault(one.queueId(), "").startsWith(one.messageId() + ".")) {
                differences.add("delivery " + one.delivery() + " has another Message-ID than " + one.queueId());
            }
            if (!one.reader().equals(log.to().get(one.queueId()))) {
                differences.add("delivery " + one.delivery() + " is for another reader than " + one.queueId());
            }
            boolean inQueue = one.reader().equals(kept.remove(one.queueId()));
            if (inQueue == log.sent().contains(one.queueId())) {
                differences.add(
                        "delivery " + one.delivery() + " is neither gone nor in the queue, or both: " + one.queueId());
            }
        }
        unknown.forEach(id -> differences.add("the log has " + id + ", which the ledger does not have"));
        kept.keySet().forEach(id -> differences.add("the queue has " + id + ", which the ledger does not have"));
        System.out.printf(
                "ledger: %,d sent; Postfix: %,d accepted, of which %,d delivered and %,d in its queue%n",
                ledger.size(),
                log.messageIds().size(),
                log.sent().size(),
                log.to().size() - log.sent().size());
    }
}
