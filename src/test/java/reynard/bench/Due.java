package reynard.bench;

import java.io.IOException;
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
import reynard.testing.Queues;
import reynard.tzdata.TzData;

/// How long it takes to claim and advance 10,000 due enrollments among 100,000, 1 million and 10 million waiting ones
/// of one account: `bin/bench due [SIZE …]`. Half of the due ones are queued to be sent, half are excluded by a tag and
/// advance to their next email. The limit is the time among the fewest: the figure is the ratio.
///
/// Each size has a database of its own in one PostgreSQL with the settings of the product, and the sizes take turns, so
/// that a busy machine slows all of them. Who is due together has joined together, as in life: ten groups of people
/// whose rows are neighbours, half of each group due, the groups as far from each other as the table allows. The same
/// is measured, without a limit, for the worst case: pairs of due rows spread evenly over the whole table, of which
/// 100,000 rows have two on every page and 10 million seldom any two on the same.
///
/// Fails when a statement of the walk reads a table from end to end at the largest size.
public final class Due {
    private static final int DUE = 10_000;
    private static final int ROUNDS = 4;
    private static final int GROUPS = 10;
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
    private final long size;
    private final List<Double> groupTimes = new ArrayList<>();
    private final List<Double> spreadTimes = new ArrayList<>();

    /// Where the rows of those who are due together lie.
    private enum Layout {
        /// In groups of neighbours, as people join.
        GROUPS,
        /// Spread evenly over the table: the worst case.
        SPREAD
    }

    private Due(String jdbcUrl, Database database, long size) {
        this.jdbcUrl = jdbcUrl;
        this.size = size;
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
        this.tag = new Tags(database, ids, events, () -> NOW)
                .create(account, "out")
                .tag()
                .id();
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
            var databases = new ArrayList<Database>();
            try {
                var cases = new ArrayList<Due>();
                for (long size : sizes) {
                    var url = created(postgres.jdbcUrl(), "due_" + size);
                    var database = Database.open(url, 4);
                    databases.add(database);
                    cases.add(new Due(url, database, size));
                }
                good = run(cases);
            } finally {
                databases.forEach(Database::close);
            }
        } finally {
            delete(folder);
        }
        System.exit(good ? 0 : 1);
    }

    private static String created(String jdbcUrl, String name) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            Copying.execute(connection, List.of("create database " + name));
        }
        var url = jdbcUrl.replaceFirst("/[^/?]+\\?", "/" + name + "?");
        Database.migrate(url);
        return url;
    }

    private static boolean run(List<Due> cases) throws SQLException {
        for (var one : cases) {
            one.database.watch(one.statements::add);
            one.build();
        }
        for (int round = 0; round <= ROUNDS; round++) {
            for (var layout : Layout.values()) {
                for (var one : cases) {
                    double milliseconds = one.round(layout, round);
                    // The first round warms the caches of Java and PostgreSQL up and does not count.
                    if (round > 0) {
                        one.times(layout).add(milliseconds);
                    }
                }
            }
        }
        for (var layout : Layout.values()) {
            for (var one : cases) {
                var times = one.times(layout);
                System.out.printf(
                        "%-6s %,12d waiting: %,d due claimed and advanced in %.0f ms (median of %d; %.0f to %.0f)%n",
                        layout, one.size, DUE, median(times), ROUNDS, times.getFirst(), times.getLast());
            }
            System.out.printf(
                    "%-6s ratio of the largest to the smallest: %.2f%n",
                    layout,
                    median(cases.getLast().times(layout))
                            / median(cases.getFirst().times(layout)));
        }
        double ratio = median(cases.getLast().times(Layout.GROUPS))
                / median(cases.getFirst().times(Layout.GROUPS));
        System.out.printf("The limit for groups is %.1f.%n", RATIO_MAX);
        boolean indexed = cases.getLast().noSequentialScan();
        return indexed && ratio <= RATIO_MAX;
    }

    private List<Double> times(Layout layout) {
        return layout == Layout.GROUPS ? groupTimes : spreadTimes;
    }

    private static double median(List<Double> times) {
        times.sort(null);
        int middle = times.size() / 2;
        return times.size() % 2 == 1 ? times.get(middle) : (times.get(middle - 1) + times.get(middle)) / 2;
    }

    /// Adds waiting enrollments, each of a subscriber of its own, with COPY.
    private void build() throws SQLException {
        long begin = System.nanoTime();
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            long planVersion = planVersion(connection);
            var restoring = Copying.stripped(connection);
            Copying.copy(
                    connection,
                    size,
                    firstId,
                    "subscriber (account_id, id, email_address, state, state_changed_at, created_at, updated_at)",
                    (row, id, i) -> row.append(account.value())
                            .append('\t')
                            .append(id)
                            .append("\tr")
                            .append(id)
                            .append("@example.org\tactive\t2026-01-01Z\t2026-01-01Z\t2026-01-01Z\n"));
            Copying.copy(
                    connection,
                    size,
                    firstId,
                    "enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,"
                            + " anchor_at, next_email_id, due_at, tzdata, plan_version, created_at)",
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
            Copying.copy(
                    connection,
                    size,
                    firstId,
                    "tagging (account_id, tag_id, subscriber_id, id, tagged_at)",
                    (row, id, i) -> {
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
            Copying.execute(connection, restoring);
            Queues.align(connection);
            Copying.execute(
                    connection,
                    List.of(
                            "vacuum analyze subscriber",
                            "vacuum analyze enrollment",
                            "vacuum analyze enrollment_queue",
                            "vacuum analyze tagging"));
        }
        System.out.printf("%,12d rows built in %.0f s%n", size, (System.nanoTime() - begin) / 1e9);
    }

    private long planVersion(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select plan_version from sequence where id = " + sequence)) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Makes 10,000 due, and walks until nobody is. Of each four neighbours the first two become due in groups, an even
    /// and an odd id, tagged and not, and the others spread.
    ///
    /// @return milliseconds of walking
    private double round(Layout layout, int number) throws SQLException {
        long fours = size / 4;
        int pairs = DUE / 2;
        int pairsOfGroup = pairs / GROUPS;
        var four = switch (layout) {
            case GROUPS ->
                "(p / %d) * %d + %d + p %% %d"
                        .formatted(pairsOfGroup, fours / GROUPS, number * pairsOfGroup, pairsOfGroup);
            case SPREAD -> "p * %d + %d".formatted(fours / pairs, number);
        };
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var due = connection.prepareStatement(
                        """
                        with due as (
                            update enrollment set due_at = ?::timestamptz - (id %% 3600) * interval '1 second'
                             where account_id = %d and state = 'waiting'
                               and id = any(array(select %d + (%s) * 4 + %d + o
                                                    from generate_series(0, %d) p, generate_series(0, 1) o))
                            returning account_id, id, due_at)
                        update enrollment_queue u set due_at = d.due_at
                          from due d where u.account_id = d.account_id and u.enrollment_id = d.id
                        """.formatted(account.value(), firstId, four, layout == Layout.SPREAD ? 2 : 0, pairs - 1))) {
            due.setString(1, NOW.toString());
            int made = due.executeUpdate();
            if (made != DUE) {
                throw new IllegalStateException(made + " due");
            }
        }
        long logged = logged();
        long begin = System.nanoTime();
        int walked = 0;
        for (int done = walker.walk(NOW); done > 0; done = walker.walk(NOW)) {
            walked += done;
        }
        double milliseconds = (System.nanoTime() - begin) / 1e6;
        if (walked != DUE) {
            throw new IllegalStateException(walked + " walked");
        }
        System.out.printf(
                "%-6s %,12d waiting, round %d: %.0f ms, %,d kB logged%n",
                layout, size, number, milliseconds, (logged() - logged) / 1_000);
        return milliseconds;
    }

    /// How much PostgreSQL has logged so far.
    private long logged() throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement();
                var row = statement.executeQuery("select (pg_current_wal_insert_lsn() - '0/0')::bigint")) {
            row.next();
            return row.getLong(1);
        }
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
