package reynard.faults;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import reynard.testing.ArrivalLog;
import reynard.testing.DatabaseLine;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.ServerProcess;

/// What is not the server's own death: it is asked to stop, its database dies or cannot be reached, it stands still.
///
/// @param connections to the relay, of each server
/// @param slowness what the relay takes for the answer to a body and to its dot, at most
record Outage(int connections, Duration slowness, long seed) {
    private static final Duration DRAINED = Duration.ofMinutes(5);
    private static final Duration BACK = Duration.ofSeconds(30);

    /// @param slowestRefusal the longest that a request waited for its 503; zero if none was refused
    /// @param complaints what else was wrong
    record Result(int events, Balance balance, Duration slowestRefusal, List<String> complaints) {
        boolean holds() {
            return balance.isEven() && complaints.isEmpty() && slowestRefusal.compareTo(Duration.ofSeconds(5)) <= 0;
        }

        @Override
        public String toString() {
            return events + " times: " + balance
                    + (slowestRefusal.isZero() ? "" : "; the slowest 503 took " + slowestRefusal.toMillis() + " ms")
                    + (balance.faults().isEmpty() ? "" : "; " + balance.faults())
                    + (complaints.isEmpty() ? "" : "; " + complaints);
        }
    }

    private String prepare(FakeSmtp relay, ArrivalLog log) {
        relay.on(Verb.BODY).takingUpTo(slowness);
        relay.on(Verb.DOT).takingUpTo(slowness);
        relay.recordingOnly(log);
        return relay.url() + "?starttls=off&connections=" + connections;
    }

    private static void live(Rows rows, Random random) {
        for (int i = random.nextInt(2, 8); i > 0; i--) {
            rows.hoursPass();
            Course.pause(Duration.ofMillis(100));
        }
    }

    /// SIGTERM (R4): it ends what it has begun, and nothing is uncertain.
    Result stopped(String databaseUrl, FakeSmtp relay, ArrivalLog log, int times) {
        var url = prepare(relay, log);
        var random = new Random(seed);
        var complaints = new ArrayList<String>();
        int stopped = 0;
        try (var rows = new Rows(databaseUrl)) {
            for (; stopped < times && rows.open() > 0; stopped++) {
                try (var server = ServerProcess.live(databaseUrl, url)) {
                    live(rows, random);
                    if (!server.stop(Duration.ofSeconds(30))) {
                        complaints.add("it did not stop within 30 s");
                    }
                }
                log.era(stopped + 1);
            }
            try (var _ = ServerProcess.live(databaseUrl, url)) {
                Course.drain(rows, DRAINED);
            }
            var balance = Balance.of(rows, log);
            if (balance.duplicates() + balance.uncertain() > 0) {
                complaints.add("something was uncertain");
            }
            return new Result(stopped, balance, Duration.ZERO, complaints);
        }
    }

    /// PostgreSQL ends (R5). Whoever watches it starts it again.
    ///
    /// @param data its folder
    /// @param signal `-KILL`, or `-QUIT` for an immediate shutdown
    Result databaseEnded(String databaseUrl, Path data, String signal, FakeSmtp relay, ArrivalLog log, int times)
            throws IOException, InterruptedException {
        var url = prepare(relay, log);
        var random = new Random(seed);
        var complaints = new ArrayList<String>();
        var slowest = Duration.ZERO;
        try (var server = ServerProcess.live(databaseUrl, url)) {
            for (int i = 1; i <= times; i++) {
                try (var rows = Rows.onceBack(databaseUrl, BACK)) {
                    live(rows, random);
                }
                var pid = Files.readAllLines(data.resolve("postmaster.pid"))
                        .getFirst()
                        .strip();
                new ProcessBuilder("kill", signal, pid).start().waitFor();
                log.era(i);
                slowest = longer(slowest, refusedUntilBack(server, complaints));
            }
            try (var rows = Rows.onceBack(databaseUrl, BACK)) {
                Course.drain(rows, DRAINED);
                return new Result(times, Balance.of(rows, log), slowest, complaints);
            }
        }
    }

    /// The network to PostgreSQL swallows everything for a while, and tells nobody (R5).
    Result databaseDark(String databaseUrl, FakeSmtp relay, ArrivalLog log, int times, Duration darkness)
            throws IOException, InterruptedException {
        var url = prepare(relay, log);
        var random = new Random(seed);
        var complaints = new ArrayList<String>();
        var slowest = Duration.ZERO;
        try (var line = DatabaseLine.to(databaseUrl);
                var server = ServerProcess.live(line.url(), url);
                var rows = new Rows(databaseUrl)) {
            for (int i = 1; i <= times; i++) {
                live(rows, random);
                line.goesDark();
                log.era(i);
                // What is under way at this moment waits; what comes later is told.
                Course.pause(Duration.ofMillis(600));
                var end = System.nanoTime() + darkness.toNanos();
                while (System.nanoTime() < end) {
                    slowest = longer(slowest, timed(server, 503, complaints));
                }
                line.goesOn();
                refusedUntilBack(server, complaints);
            }
            Course.drain(rows, DRAINED);
            return new Result(times, Balance.of(rows, log), slowest, complaints);
        }
    }

    /// The disk of PostgreSQL is full, its log and all (R21). While it is, nothing leaves that could not be remembered,
    /// and the server says that it is not ready. Where its files have room, PostgreSQL goes on. So what has left is
    /// held against what is on record at the end, while the server stands still.
    ///
    /// @param disk a folder on it
    Result diskFull(String databaseUrl, Path disk, FakeSmtp relay, ArrivalLog log, int times, Duration full)
            throws IOException, InterruptedException {
        var url = prepare(relay, log);
        var random = new Random(seed);
        var complaints = new ArrayList<String>();
        var ballast = disk.resolve("ballast");
        try (var server = ServerProcess.live(databaseUrl, url)) {
            for (int i = 1; i <= times; i++) {
                try (var rows = new Rows(databaseUrl)) {
                    live(rows, random);
                    fill(ballast);
                    // What is under way at this moment may still have had room.
                    for (int wait = 0; wait < 5; wait++) {
                        tryHours(rows);
                        Course.pause(Duration.ofMillis(200));
                    }
                }
                fill(ballast);
                log.era(i);
                var end = System.nanoTime() + full.toNanos();
                boolean unready = false;
                while (System.nanoTime() < end) {
                    write(server);
                    unready |= status(server, "/readyz") == 503;
                    Course.pause(Duration.ofMillis(200));
                }
                if (!unready) {
                    complaints.add("was ready all the time");
                }
                server.freeze();
                // What the relay has been sent is on its disk then.
                Course.pause(slowness.multipliedBy(3));
                long left = arrivals(log);
                Files.delete(ballast);
                try (var rows = Rows.onceBack(databaseUrl, BACK)) {
                    long unrecorded = left - rows.number("select count(*) from attempt where outcome = 'accepted'");
                    long marked = rows.number("select count(*) from delivery where at_dot");
                    if (unrecorded > marked || marked > connections) {
                        complaints.add("of " + left + " emails that had left " + unrecorded
                                + " were not on record, and " + marked + " were marked");
                    }
                }
                server.thaw();
                until(server, "/readyz", complaints);
                refusedUntilBack(server, complaints);
            }
            try (var rows = new Rows(databaseUrl)) {
                Course.drain(rows, DRAINED);
                return new Result(times, Balance.of(rows, log), Duration.ZERO, complaints);
            }
        }
    }

    private static void tryHours(Rows rows) {
        try {
            rows.hoursPass();
        } catch (IllegalStateException e) {
            // The database has no room for it, or is starting again.
        }
    }

    private static void fill(Path ballast) throws IOException {
        var zeros = ByteBuffer.allocate(1 << 16);
        try (var file = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                zeros.clear();
                try {
                    file.write(zeros);
                } catch (IOException e) {
                    // By single bytes there may be room yet; a page of the database finds none.
                    return;
                }
            }
        }
    }

    private static long arrivals(ArrivalLog log) {
        return log.entries().stream()
                .filter(ArrivalLog.Entry.Arrived.class::isInstance)
                .count();
    }

    private static void until(ServerProcess server, String path, List<String> complaints)
            throws IOException, InterruptedException {
        var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (status(server, path) != 200) {
            if (System.nanoTime() > end) {
                complaints.add(path + " did not come back within 60 s");
                return;
            }
            Course.pause(Duration.ofMillis(200));
        }
    }

    private static void write(ServerProcess server) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            http.send(
                    Course.request(server, "/v4/tags")
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + System.nanoTime() + "\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        }
    }

    /// One of two servers stands still for a while in the midst of sending (R17).
    Result frozen(String databaseUrl, FakeSmtp relay, ArrivalLog log, int times, Duration cold) {
        var url = prepare(relay, log);
        var random = new Random(seed);
        try (var rows = new Rows(databaseUrl);
                var one = ServerProcess.live(databaseUrl, url);
                var _ = ServerProcess.live(databaseUrl, url)) {
            for (int i = 1; i <= times; i++) {
                live(rows, random);
                one.freeze();
                log.era(i);
                Course.pause(cold);
                one.thaw();
            }
            Course.drain(rows, DRAINED);
            return new Result(times, Balance.of(rows, log), Duration.ZERO, List.of());
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    /// Asks until it is answered again; all other answers are 503.
    ///
    /// @return the longest time that one of those took
    private static Duration refusedUntilBack(ServerProcess server, List<String> complaints)
            throws IOException, InterruptedException {
        var slowest = Duration.ZERO;
        var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < end) {
            var began = System.nanoTime();
            int status = status(server);
            if (status == 200) {
                return slowest;
            }
            slowest = longer(slowest, Duration.ofNanos(System.nanoTime() - began));
            if (status != 503) {
                complaints.add("answered " + status);
            }
        }
        complaints.add("did not come back within 60 s");
        return slowest;
    }

    private static Duration timed(ServerProcess server, int expected, List<String> complaints)
            throws IOException, InterruptedException {
        var began = System.nanoTime();
        int status = status(server);
        if (status != expected) {
            complaints.add("answered " + status + " in the dark");
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static int status(ServerProcess server) throws IOException, InterruptedException {
        return status(server, "/v4/account");
    }

    private static int status(ServerProcess server, String path) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(Course.request(server, path).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
