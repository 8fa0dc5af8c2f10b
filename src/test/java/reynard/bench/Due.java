package reynard.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.postgresql.PGConnection;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.db.EmbeddedDatabase;
import reynard.db.IdBlocks;
import reynard.delivery.Deliveries;
import reynard.enrollment.Enrollments;
import reynard.enrollment.Policies;
import reynard.enrollment.Walker;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.TagId;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.segment.Segments;
import reynard.sequence.EmailSettings;
import reynard.sequence.Exclusion;
import reynard.sequence.SequenceSettings;
import reynard.sequence.Sequences;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.tzdata.TzData;

/// How long it takes to claim and advance 10,000 due enrollments among 100,000, 1 million and 10 million waiting ones
/// of
/// one account: `bin/bench due [SIZE …]`. Half of the due ones are sent on their way, half are excluded by a tag and
/// advance to their next email. The limit is the time among the fewest: the figure is the ratio.
///
/// Fails when a statement of the walk reads a table from end to end at the largest size.
public final class Due {
    private static final int DUE = 10_000;
    private static final int ROUNDS = 3;
    private static final double RATIO_MAX = 1.3;
    private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");
    private static final List<Long> SIZES = List.of(100_000L, 1_000_000L, 10_000_000L);

    private final String jdbcUrl;
    private final Database database;
    private final IdBlocks ids;
    private final Walker walker;
    private final AccountId account;
    private final TagId tag;
    private final long sequence;
    private final long firstEmail;
    private final long firstId;
    private final Set<String> statements = new ConcurrentSkipListSet<>();
    private long size;

    private Due(String jdbcUrl, Database database) {
        this.jdbcUrl = jdbcUrl;
        this.database = database;
        this.ids = new IdBlocks(Database.open(jdbcUrl, 1));
        var events = new Events();
        var accounts = new Accounts(database, ids, () -> NOW);
        var subscribers = new Subscribers(database, ids, events, () -> NOW);
        var sequences = new Sequences(database, ids, events, () -> NOW);
        var deliveries = new Deliveries(database, ids, events);
        var enrollments = new Enrollments(
                database,
                ids,
                () -> NOW,
                events,
                subscribers,
                new Segments(database, ids, () -> NOW),
                sequences,
                deliveries,
                TzData.newest(Optional.empty()),
                Policies.DEFAULT);
        this.walker = new Walker(database, enrollments, deliveries);
        this.account = database.inTx(tx -> accounts.found(
                        tx, new Accounts.Founding("Bench", "author@example.com", "Etc/UTC", 9, Optional.empty())))
                .account()
                .id();
        this.tag =
                new Tags(database, ids, () -> NOW).create(account, "out").tag().id();
        this.sequence = database.inTx(tx -> sequences.create(tx, account, settings(tag)))
                .id()
                .value();
        var emails = new ArrayList<Long>();
        for (int i = 0; i < 3; i++) {
            var edit = database.inTx(
                    tx -> sequences.addEmail(tx, account, new reynard.id.SequenceId(sequence), Due::email));
            emails.add(((Sequences.EmailEdit.Saved) edit).email().id().value());
        }
        this.firstEmail = emails.getFirst();
        // Far above whatever the server hands out while this runs.
        this.firstId = 1_000_000_000L;
    }

    private static SequenceSettings settings(TagId tag) {
        return new SequenceSettings(
                "Bench",
                Optional.empty(),
                Optional.empty(),
                SendDays.ALL,
                9,
                "Etc/UTC",
                true,
                false,
                false,
                new TreeSet<>(Set.of(new Exclusion(Exclusion.Source.TAG, tag.value()))));
    }

    private static EmailSettings email(int position) {
        return new EmailSettings(
                "Email " + position,
                Optional.empty(),
                Optional.of("<p>Hello</p>"),
                new Delay.Days(30),
                Optional.empty(),
                Optional.empty(),
                true,
                position);
    }

    public static void main(String[] arguments) throws IOException, SQLException, RunnerException {
        new Runner(new OptionsBuilder()
                        .include("reynard\\.bench\\.DueTimeBench\\.")
                        .forks(1)
                        .warmupIterations(2)
                        .measurementIterations(3)
                        .build())
                .run();
        var sizes = arguments.length == 0
                ? SIZES
                : Arrays.stream(arguments).map(Long::parseLong).sorted().toList();
        var folder = Files.createTempDirectory("reynard-bench-due");
        boolean good;
        try (var postgres = EmbeddedDatabase.start(folder)) {
            Database.migrate(postgres.jdbcUrl());
            try (var database = Database.open(postgres.jdbcUrl(), 8)) {
                good = new Due(postgres.jdbcUrl(), database).run(sizes);
            }
        } finally {
            delete(folder);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(List<Long> sizes) throws SQLException {
        database.watch(statements::add);
        var medians = new ArrayList<Double>();
        for (long target : sizes) {
            grow(target);
            // The first round warms the caches of Java and PostgreSQL up and does not count.
            round(0);
            var times = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                times[i] = round(i + 1);
            }
            Arrays.sort(times);
            medians.add(times[ROUNDS / 2]);
            System.out.printf(
                    "%,12d waiting: %,d due claimed and advanced in %.0f ms (median of %d; %.0f to %.0f)%n",
                    size, DUE, times[ROUNDS / 2], ROUNDS, times[0], times[ROUNDS - 1]);
        }
        double ratio = medians.getLast() / medians.getFirst();
        System.out.printf("ratio of the last to the first: %.2f (at most %.1f)%n", ratio, RATIO_MAX);
        boolean indexed = noSequentialScan();
        return indexed && ratio <= RATIO_MAX;
    }

    /// Adds waiting enrollments, each of a subscriber of its own, with COPY.
    private void grow(long target) throws SQLException {
        long begin = System.nanoTime();
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            long planVersion = planVersion(connection);
            var restoring = stripped(connection);
            copy(
                    connection,
                    "subscriber (account_id, id, email_address, state, state_changed_at, created_at, updated_at)",
                    target,
                    (row, id, i) -> row.append(account.value())
                            .append('\t')
                            .append(id)
                            .append("\tr")
                            .append(id)
                            .append("@example.org\tactive\t2026-01-01Z\t2026-01-01Z\t2026-01-01Z\n"));
            copy(
                    connection,
                    "enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,"
                            + " anchor_at, next_email_id, due_at, tzdata, plan_version, created_at)",
                    target,
                    (row, id, i) -> row.append(account.value())
                            .append('\t')
                            .append(id)
                            .append('\t')
                            .append(sequence)
                            .append('\t')
                            .append(id)
                            .append("\t1\tapi\t2026-01-01Z\twaiting\t2026-02-01Z\t")
                            .append(firstEmail)
                            .append('\t')
                            .append(NOW.plus(1 + i % 43_200, ChronoUnit.MINUTES))
                            .append("\t2026f\t")
                            .append(planVersion)
                            .append("\t2026-01-01Z\n"));
            copy(connection, "tagging (account_id, tag_id, subscriber_id, id, tagged_at)", target, (row, id, i) -> {
                if (id % 2 == 0) {
                    row.append(account.value())
                            .append('\t')
                            .append(tag.value())
                            .append('\t')
                            .append(id)
                            .append('\t')
                            .append(id)
                            .append("\t2026-01-01Z\n");
                }
            });
            execute(connection, restoring);
            execute(
                    connection,
                    List.of("vacuum analyze subscriber", "vacuum analyze enrollment", "vacuum analyze tagging"));
        }
        size = target;
        System.out.printf("%,12d rows built in %.0f s%n", size, (System.nanoTime() - begin) / 1e9);
    }

    private interface RowWriter {
        void write(StringBuilder row, long id, long i) throws SQLException;
    }

    private void copy(Connection connection, String table, long target, RowWriter writer) throws SQLException {
        var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy " + table + " from stdin");
        var rows = new StringBuilder();
        for (long i = size; i < target; i++) {
            writer.write(rows, firstId + i, i);
            if (rows.length() > 60_000 || i == target - 1) {
                var bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
                copy.writeToCopy(bytes, 0, bytes.length);
                rows.setLength(0);
            }
        }
        copy.endCopy();
    }

    private long planVersion(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select plan_version from sequence where id = " + sequence)) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Takes indexes and foreign keys away, which would make COPY ten times as slow, and answers how they come back.
    private static List<String> stripped(Connection connection) throws SQLException {
        var restoring = new ArrayList<String>();
        var dropping = new ArrayList<String>();
        try (var statement = connection.createStatement()) {
            try (var row = statement.executeQuery("""
                    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
                     where contype = 'f' and conrelid::regclass::text in ('subscriber', 'enrollment', 'tagging')
                    """)) {
                while (row.next()) {
                    dropping.add("alter table " + row.getString(1) + " drop constraint " + row.getString(2));
                    restoring.add("alter table " + row.getString(1) + " add constraint " + row.getString(2) + " "
                            + row.getString(3) + " not valid");
                }
            }
            try (var row = statement.executeQuery("""
                    select indexname, indexdef from pg_indexes i
                     where tablename in ('subscriber', 'enrollment', 'tagging')
                       and not exists (select from pg_constraint c where c.conname = i.indexname)
                    """)) {
                while (row.next()) {
                    dropping.add("drop index " + row.getString(1));
                    restoring.addFirst(row.getString(2));
                }
            }
        }
        execute(connection, dropping);
        return restoring;
    }

    private static void execute(Connection connection, List<String> statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /// Makes 10,000 scattered ones due, and walks until nobody is.
    ///
    /// @return milliseconds of walking
    private double round(int number) throws SQLException {
        long step = size / DUE;
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var due = connection.prepareStatement("""
                        update enrollment set due_at = ?::timestamptz - (id %% 3600) * interval '1 second'
                         where account_id = %d and state = 'waiting'
                           and id = any(array(select %d + ? + i * %d + (i %% 2) from generate_series(0, %d) i))
                        """.formatted(account.value(), firstId, step, DUE - 1))) {
            due.setString(1, NOW.toString());
            // Two neighbours a round, so that an even and an odd id, tagged and not, are among each pair.
            due.setLong(2, number * 2L % step);
            int made = due.executeUpdate();
            if (made != DUE) {
                throw new IllegalStateException(made + " due");
            }
        }
        long begin = System.nanoTime();
        int walked = 0;
        for (int done = walker.walk(NOW); done > 0; done = walker.walk(NOW)) {
            walked += done;
        }
        double milliseconds = (System.nanoTime() - begin) / 1e6;
        if (walked != DUE) {
            throw new IllegalStateException(walked + " walked");
        }
        return milliseconds;
    }

    /// Prints the plan of each statement that the walk has sent, and looks for scans of whole tables.
    private boolean noSequentialScan() throws SQLException {
        var big = List.of("enrollment", "subscriber", "delivery", "tagging");
        boolean good = true;
        try (var connection = DriverManager.getConnection(jdbcUrl + "&preferQueryMode=simple");
                var statement = connection.createStatement()) {
            for (var sql : new LinkedHashSet<>(statements)) {
                var text = new StringBuilder();
                try (var row = statement.executeQuery("explain (generic_plan) " + numbered(sql))) {
                    while (row.next()) {
                        text.append("    ").append(row.getString(1)).append('\n');
                    }
                }
                System.out.println(sql.strip().lines().findFirst().orElse("") + " …");
                System.out.println(text);
                for (var table : big) {
                    if (text.toString().contains("Seq Scan on " + table + " ")) {
                        System.out.println("  reads " + table + " from end to end");
                        good = false;
                    }
                }
            }
        }
        return good;
    }

    private static String numbered(String sql) {
        var numbered = new StringBuilder();
        int number = 0;
        for (int i = 0; i < sql.length(); i++) {
            if (sql.charAt(i) == '?') {
                numbered.append('$').append(++number);
            } else {
                numbered.append(sql.charAt(i));
            }
        }
        return numbered.toString();
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
