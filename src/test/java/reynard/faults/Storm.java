package reynard.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import reynard.testing.ArrivalLog;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.ServerProcess;

/// Servers in processes that are killed again and again while they send (R1, R2, R16).
///
/// @param nodes how many servers at once; each kill takes one of them, by chance
/// @param kills at most; fewer if everything is sent before, or the time is over
/// @param atMost how long killing goes on
/// @param lifeMin after it answers; how long a server lives until it is killed is anything in between
/// @param slowness what the relay takes for each of the five answers to a message, at most
record Storm(
        int nodes,
        int connections,
        int kills,
        Duration lifeMin,
        Duration lifeMax,
        Duration slowness,
        Duration atMost,
        long seed) {

    /// @param misnamed after how many kills the server listed others than those that it had marked
    record Result(int kills, Balance balance, List<String> misnamed, List<Long> sharesInPercent, Duration took) {
        boolean holds(int connections) {
            return balance.isEven() && misnamed.isEmpty() && balance.worst() <= connections;
        }

        @Override
        public String toString() {
            return kills + " kills: " + balance + "; lists that were wrong: " + misnamed.size() + "; took "
                    + took.toSeconds() + " s" + (balance.faults().isEmpty() ? "" : "; " + balance.faults())
                    + (misnamed.isEmpty() ? "" : "; " + misnamed);
        }
    }

    Result over(String databaseUrl, FakeSmtp relay, ArrivalLog log) throws IOException, InterruptedException {
        var began = System.nanoTime();
        for (var verb : List.of(Verb.MAIL, Verb.RCPT, Verb.DATA, Verb.BODY, Verb.DOT)) {
            if (slowness.isPositive()) {
                relay.on(verb).takingUpTo(slowness);
            }
        }
        relay.recordingOnly(log);
        var url = relay.url() + "?starttls=off&connections=" + connections;
        var random = new Random(seed);
        var misnamed = new ArrayList<String>();
        var servers = new ArrayList<ServerProcess>();
        int killed = 0;
        try (var rows = new Rows(databaseUrl)) {
            for (int i = 0; i < nodes; i++) {
                servers.add(ServerProcess.live(databaseUrl, url));
            }
            while (killed < kills && rows.open() > 0 && System.nanoTime() - began < atMost.toNanos()) {
                live(rows, random.nextLong(lifeMin.toMillis(), lifeMax.toMillis()));
                int victim = random.nextInt(nodes);
                var before = marked(rows);
                servers.get(victim).kill();
                log.era(++killed);
                servers.set(victim, ServerProcess.live(databaseUrl, url));
                if (nodes == 1) {
                    compare(rows, servers.get(victim), before, killed, misnamed);
                }
            }
            if (slowness.isPositive()) {
                relay.behave();
            }
            Course.drain(rows, Duration.ofMinutes(10));
            return new Result(
                    killed, Balance.of(rows, log), misnamed, shares(rows), Duration.ofNanos(System.nanoTime() - began));
        } finally {
            servers.forEach(ServerProcess::close);
        }
    }

    /// Time passes, and hours in it for the readers.
    private static void live(Rows rows, long millis) {
        var end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            rows.hoursPass();
            Course.pause(Duration.ofNanos(Math.min(left, 100_000_000)));
        }
    }

    /// When the last of those that were uncertain before was found out.
    private static String marked(Rows rows) {
        return rows.read("select coalesce(max(uncertain_at), '-infinity') from delivery")
                .getFirst()
                .getFirst();
    }

    /// The list of the uncertain and the held has all that this kill has left marked, and nothing that never was. They
    /// wait for a minute, which passes here.
    private static void compare(Rows rows, ServerProcess server, String before, int kill, List<String> misnamed)
            throws IOException, InterruptedException {
        var listed = Course.listed(server, "uncertain");
        listed.addAll(Course.listed(server, "held"));
        var missing = ids(rows, "uncertain_at > '" + before + "'");
        missing.removeAll(listed);
        listed.removeAll(ids(rows, "uncertain_at is not null"));
        if (!missing.isEmpty() || !listed.isEmpty()) {
            misnamed.add("kill " + kill + ": not listed " + missing + ", listed for nothing " + listed);
        }
        rows.minutesPass();
    }

    private static TreeSet<Long> ids(Rows rows, String condition) {
        var ids = new TreeSet<Long>();
        rows.read("select id from delivery where " + condition).forEach(row -> ids.add(Long.parseLong(row.getFirst())));
        return ids;
    }

    private static List<Long> shares(Rows rows) {
        return rows
                .read(
                        "select 100 * count(*) / sum(count(*)) over () from attempt where outcome = 'accepted' group by node"
                                + " order by 1 desc")
                .stream()
                .map(row -> (long) Double.parseDouble(row.getFirst()))
                .toList();
    }
}
