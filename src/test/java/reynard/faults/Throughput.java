package reynard.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import reynard.testing.ArrivalLog;
import reynard.testing.ArrivalLog.Entry;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.Queues;
import reynard.testing.ServerProcess;

/// How much goes out while a relay, or a domain behind it, is odd (R12, R14, R15), and by which of two servers (R16).
///
/// A relay answers each dot after so long that its connections are the limit and not this machine.
///
/// @param connections to the relay, of each server
record Throughput(int connections) {
    private static final Duration EACH = Duration.ofMillis(300);
    private static final Duration BEFORE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofSeconds(15);
    private static final Duration DRAINED = Duration.ofMinutes(5);
    /// How many emails a server holds for each of its connections.
    private static final int HELD = 4;

    static final String SLOW = "slow.example";

    /// @param complaints what was not as it should be
    record Result(String figures, List<String> complaints) {
        boolean holds() {
            return complaints.isEmpty();
        }

        @Override
        public String toString() {
            return figures + (complaints.isEmpty() ? "" : "; " + complaints);
        }
    }

    private String url(FakeSmtp relay) {
        return relay.url() + "?starttls=off&connections=" + connections;
    }

    /// A relay that takes its leave after every message, or closes without a word after every 20th (R12): at most a
    /// fifth less, and nothing of it counts as an error.
    Result endings(String databaseUrl, FakeSmtp relay, ArrivalLog log) {
        relay.recordingOnly(log);
        relay.on(Verb.DOT).taking(EACH);
        try (var rows = new Rows(databaseUrl);
                var _ = ServerProcess.live(databaseUrl, url(relay))) {
            double usual = perSecond(rows, log, BEFORE, _ -> true);
            relay.behave();
            relay.on(Verb.DOT)
                    .answers("250 2.0.0 Queued\r\n421 4.7.0 That was all\r\n")
                    .taking(EACH)
                    .thenDrops();
            double leaving = perSecond(rows, log, BEFORE, _ -> true);
            relay.behave();
            relay.on(Verb.DOT).atMessage(20).taking(EACH).thenDrops();
            relay.on(Verb.DOT).taking(EACH);
            double silent = perSecond(rows, log, BEFORE, _ -> true);
            relay.behave();
            relay.on(Verb.DOT).taking(EACH);
            // The first look may have seen Java being compiled.
            usual = Math.max(usual, perSecond(rows, log, BEFORE, _ -> true));
            var complaints = new ArrayList<String>();
            check(complaints, rows.open() > 0, "all was sent too early");
            check(complaints, leaving >= 0.8 * usual, "too little with a 421 after each");
            check(complaints, silent >= 0.8 * usual, "too little with a silent end after 20");
            relay.behave();
            Course.drain(rows, DRAINED);
            check(complaints, odd(rows) == 0, "of all attempts " + odd(rows) + " were not accepted");
            return result(rows, log, complaints, """
                    emails a second: %.0f usually, %.0f with a 421 after each, %.0f with a silent end after every 20th""".formatted(usual, leaving, silent));
        }
    }

    private static long odd(Rows rows) {
        return rows.number("select count(*) from attempt where outcome <> 'accepted'");
    }

    /// A byte a second from all connections to one domain, once it is known to be slow (R14): the others get 95 % of
    /// what goes out before or after, whichever is more.
    Result slowDomain(String databaseUrl, FakeSmtp relay, ArrivalLog log) {
        relay.recordingOnly(log);
        var each = EACH.multipliedBy(3);
        relay.on(Verb.DOT).taking(each);
        try (var rows = new Rows(databaseUrl);
                var _ = ServerProcess.live(databaseUrl, url(relay))) {
            double before = perSecond(rows, log, BEFORE, _ -> true);
            relay.on(Verb.RCPT).to("@" + SLOW).inPieces(Duration.ofSeconds(1));
            double others = perSecond(rows, log, Duration.ofSeconds(80), it -> !it.endsWith("@" + SLOW));
            var complaints = new ArrayList<String>();
            check(
                    complaints,
                    rows.number("select count(*) from enrollment n join subscriber s on s.id = n.subscriber_id"
                                    + " where n.state in ('waiting', 'sending') and s.email_address not like '%@" + SLOW
                                    + "'")
                            > 0,
                    "all was sent too early");
            relay.behave();
            relay.on(Verb.DOT).taking(each);
            double after = perSecond(rows, log, BEFORE, _ -> true);
            check(complaints, rows.open() > 0, "all was sent too early");
            check(complaints, others >= 0.95 * Math.max(before, after), "the others got too little");
            relay.behave();
            Course.drain(rows, DRAINED);
            return result(
                    rows,
                    log,
                    complaints,
                    "emails a second: %.1f before, %.1f to the others while one is slow, %.1f after"
                            .formatted(before, others, after));
        }
    }

    /// A relay that takes five a second, and very many due within a minute (R15): what is claimed and kept in memory
    /// does not grow, and the oldest goes first.
    ///
    /// @param due how many
    Result slowRelay(String databaseUrl, FakeSmtp relay, ArrivalLog log, int due) throws IOException, SQLException {
        relay.recordingOnly(log);
        relay.on(Verb.DOT).taking(Duration.ofMillis(200L * connections));
        var complaints = new ArrayList<String>();
        try (var rows = new Rows(databaseUrl)) {
            Queues.due(databaseUrl, rows.number("select min(id) from sequence"), 0, due);
            var within = "now() - interval '1 minute' + (%s - 3000000000) * interval '1 minute' / " + due;
            rows.write("update delivery set due_at = " + within.formatted("id") + ", next_attempt_at = "
                    + within.formatted("id") + " where id > 3000000000 and settled_at is null");
            rows.write("update delivery_queue u set next_attempt_at = d.next_attempt_at from delivery d"
                    + " where d.account_id = u.account_id and d.id = u.delivery_id");
            try (var server = ServerProcess.live(databaseUrl, url(relay))) {
                long claimed = watch(rows, Duration.ofSeconds(30));
                long early = megabytes(server);
                claimed = Math.max(claimed, watch(rows, Duration.ofSeconds(60)));
                long late = megabytes(server);
                var order = order(log);
                check(complaints, claimed <= (long) HELD * connections, "claimed too many");
                check(complaints, late <= early * 1.1, "memory grew");
                check(complaints, order.size() > 300 && order.size() < 600, "took another number");
                check(complaints, inversion(order) <= HELD * connections, "not the oldest first");
                check(complaints, forgotten(order) == 0, forgotten(order) + " of the oldest had to wait");
                return new Result(
                        "%,d due, %d sent in 90 s, claimed at most %d, the oldest first but for %d; %d MB after 30 s, %d after 90"
                                .formatted(due, order.size(), claimed, inversion(order), early, late),
                        complaints);
            }
        }
    }

    /// @return how many were claimed, at most
    private static long watch(Rows rows, Duration time) {
        long most = 0;
        var end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            most = Math.max(most, rows.number("select count(*) from delivery where owner is not null"));
            Course.pause(Duration.ofMillis(500));
        }
        return most;
    }

    private static long megabytes(ServerProcess server) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / 1_024;
    }

    /// The readers as they got their emails: their numbers are in the order in which they were due.
    private static List<Integer> order(ArrivalLog log) {
        return recipients(log).stream()
                .map(address -> Integer.parseInt(address.replaceAll("\\D", "")))
                .filter(reader -> reader > 0)
                .toList();
    }

    /// By how many places one came before its turn, at most.
    private static int inversion(List<Integer> order) {
        int most = 0;
        for (int i = 0; i < order.size(); i++) {
            most = Math.max(most, order.get(i) - 1 - i);
        }
        return most;
    }

    /// How many have not come though so many younger ones have that their turn was before.
    private int forgotten(List<Integer> order) {
        var come = new HashSet<>(order);
        int turn = order.size() - HELD * connections;
        return Math.toIntExact(IntStream.rangeClosed(1, turn)
                .filter(reader -> !come.contains(reader))
                .count());
    }

    /// Two servers share the work (R16): neither does less than 30 % of it, and no email goes out by both.
    Result shared(String databaseUrl, FakeSmtp relay, ArrivalLog log) {
        relay.recordingOnly(log);
        relay.on(Verb.DOT).taking(EACH);
        try (var rows = new Rows(databaseUrl);
                var _ = ServerProcess.live(databaseUrl, url(relay));
                var _ = ServerProcess.live(databaseUrl, url(relay))) {
            Course.drain(rows, DRAINED);
            var complaints = new ArrayList<String>();
            var shares = rows
                    .read("select round(100.0 * count(*) / sum(count(*)) over (), 1) from attempt"
                            + " where outcome = 'accepted' group by node order by 1")
                    .stream()
                    .map(List::getFirst)
                    .toList();
            check(complaints, shares.size() == 2 && Double.parseDouble(shares.getFirst()) >= 30, "not shared");
            check(complaints, odd(rows) == 0, "of all attempts " + odd(rows) + " were not accepted");
            return result(rows, log, complaints, "shares of the work in percent " + shares);
        }
    }

    private static void check(List<String> complaints, boolean isSo, String otherwise) {
        if (!isSo) {
            complaints.add(otherwise);
        }
    }

    private static Result result(Rows rows, ArrivalLog log, List<String> complaints, String figures) {
        var balance = Balance.of(rows, log);
        complaints.addAll(balance.faults());
        check(complaints, balance.duplicates() + balance.uncertain() == 0, "something was uncertain");
        return new Result(figures + "; " + balance, complaints);
    }

    /// @param before how long it goes on as now until the look at it
    /// @param counted which recipients
    private static double perSecond(Rows rows, ArrivalLog log, Duration before, Predicate<String> counted) {
        live(rows, before);
        long count = recipients(log).stream().filter(counted).count();
        long began = System.nanoTime();
        live(rows, LOOK);
        return (recipients(log).stream().filter(counted).count() - count) / ((System.nanoTime() - began) / 1e9);
    }

    private static void live(Rows rows, Duration time) {
        var end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            rows.hoursPass();
            Course.pause(Duration.ofMillis(100));
        }
    }

    private static List<String> recipients(ArrivalLog log) {
        return log.entries().stream()
                .filter(Entry.Arrived.class::isInstance)
                .map(entry -> ((Entry.Arrived) entry).recipient())
                .toList();
    }
}
