package reynard.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import reynard.db.EmbeddedDatabase;
import reynard.testing.ArrivalLog;
import reynard.testing.FakeSmtp;

/// The proofs in full, one after the other, and the report of what they found.
public final class FullProofs {
    private static final int CONNECTIONS = 50;

    private final Path folder;
    private final Path report;
    private final Path programs = Path.of("target").toAbsolutePath();
    private final int kills;
    private final int deliveries;
    private final Duration killing;
    private final List<String> rows = new ArrayList<>();
    private final String began =
            InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS).toString();
    private final String commit = said("git", "rev-parse", "--short=10", "HEAD");
    private boolean held = true;

    /// @param folder for databases and logs; it stays
    /// @param report is written anew after each proof
    /// @param killing how long the kills of one proof may take
    public FullProofs(Path folder, Path report, int kills, int deliveries, Duration killing) {
        this.folder = folder;
        this.report = report;
        this.kills = kills;
        this.deliveries = deliveries;
        this.killing = killing;
    }

    private record Verdict(boolean holds, String figures) {}

    private interface Proof {
        Verdict run(Place place) throws IOException, InterruptedException;
    }

    /// A PostgreSQL with fsync on, and a relay that writes down what it gets.
    private record Place(EmbeddedDatabase database, Path data, FakeSmtp relay, ArrivalLog log) {}

    /// @return whether all held
    public boolean run() throws IOException, InterruptedException {
        prove("R1, R2", "kill -9, half of the sequences hold what is uncertain", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), deliveries / 5, 5, true);
            var storm = new Storm(
                    1,
                    CONNECTIONS,
                    kills,
                    Duration.ofMillis(50),
                    Duration.ofMillis(2_000),
                    slowness(),
                    killing,
                    20_261_128);
            return verdict(storm.over(place.database().jdbcUrl(), place.relay(), place.log()));
        });
        prove("R1, R2", "the same at full speed, without a wait at the relay", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), deliveries / 5, 5, true);
            var storm = new Storm(
                    1,
                    CONNECTIONS,
                    20,
                    Duration.ofMillis(50),
                    Duration.ofMillis(2_000),
                    Duration.ZERO,
                    killing,
                    20_261_129);
            return verdict(storm.over(place.database().jdbcUrl(), place.relay(), place.log()));
        });
        prove("R16", "two servers, one of them killed by chance", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), 800, 5, true);
            var storm = new Storm(
                    2,
                    25,
                    20,
                    Duration.ofMillis(300),
                    Duration.ofMillis(2_000),
                    Duration.ofMillis(150),
                    killing,
                    20_261_130);
            var result = storm.over(place.database().jdbcUrl(), place.relay(), place.log());
            return new Verdict(
                    result.holds(25), result + "; shares of the lives in percent " + result.sharesInPercent());
        });
        prove("R3", "kill -9 at each named point, 10 times each", _ -> crashPoints());
        prove("R4", "SIGTERM, 50 times", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), 1_500, 4, false);
            return verdict(new Outage(CONNECTIONS, Duration.ofMillis(400), 20_261_131)
                    .stopped(place.database().jdbcUrl(), place.relay(), place.log(), 50));
        });
        prove("R5", "kill -9 of PostgreSQL, 20 times", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), 1_500, 4, false);
            return verdict(new Outage(CONNECTIONS, Duration.ofMillis(400), 20_261_132)
                    .databaseKilled(place.database().jdbcUrl(), place.data(), place.relay(), place.log(), 20));
        });
        prove("R5", "the network to PostgreSQL is dark for 5 s, 5 times", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), 800, 4, false);
            return verdict(new Outage(CONNECTIONS, Duration.ofMillis(400), 20_261_133)
                    .databaseDark(place.database().jdbcUrl(), place.relay(), place.log(), 5, Duration.ofSeconds(5)));
        });
        prove("R5", "the network to PostgreSQL is dark for 60 s, once", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), 800, 4, false);
            return verdict(new Outage(CONNECTIONS, Duration.ofMillis(400), 20_261_134)
                    .databaseDark(place.database().jdbcUrl(), place.relay(), place.log(), 1, Duration.ofSeconds(60)));
        });
        prove("R17", "SIGSTOP of one of two servers for 1 s, 10 times", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), 1_000, 4, false);
            return verdict(new Outage(25, Duration.ofMillis(400), 20_261_135)
                    .frozen(place.database().jdbcUrl(), place.relay(), place.log(), 10, Duration.ofSeconds(1)));
        });
        prove("R17", "SIGSTOP of one of two servers for 60 s, once", place -> {
            Course.prepare(place.database().jdbcUrl(), place.relay(), 1_000, 4, false);
            return verdict(new Outage(25, Duration.ofMillis(400), 20_261_136)
                    .frozen(place.database().jdbcUrl(), place.relay(), place.log(), 1, Duration.ofSeconds(60)));
        });
        return held;
    }

    /// So slow that all kills find the server sending: a life of a second for each, on average.
    private Duration slowness() {
        // Five answers a message, each half of the most on average.
        return Duration.ofNanos(
                Duration.ofSeconds(1).toNanos() * CONNECTIONS * kills / Math.max(1, deliveries) * 2 / 5);
    }

    private static Verdict crashPoints() {
        var wrong = new ArrayList<String>();
        Map<CrashPoint, Integer> repeated = new EnumMap<>(CrashPoint.class);
        for (int round = 0; round < 10; round++) {
            for (var point : CrashPoint.values()) {
                var result = point.crash();
                if (!result.holds(point)) {
                    wrong.add(point + ": " + result);
                }
                repeated.merge(point, result.copies() - 1, Integer::sum);
            }
        }
        return new Verdict(wrong.isEmpty(), "second copies of 10: " + repeated + (wrong.isEmpty() ? "" : "; " + wrong));
    }

    private static Verdict verdict(Storm.Result result) {
        return new Verdict(result.holds(CONNECTIONS), result.toString());
    }

    private static Verdict verdict(Outage.Result result) {
        return new Verdict(result.holds(), result.toString());
    }

    private void prove(String id, String what, Proof proof) throws IOException, InterruptedException {
        System.out.println(id + ": " + what);
        var home = Files.createTempDirectory(folder, "proof-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Verdict verdict;
        try (var database = EmbeddedDatabase.start(home, programs, new EmbeddedDatabase.Settings(128, 200, true));
                var relay = FakeSmtp.start();
                var log = ArrivalLog.in(home.resolve("arrivals"))) {
            verdict = proof.run(new Place(database, home.resolve("postgres"), relay, log));
        } catch (RuntimeException e) {
            verdict = new Verdict(false, "could not be carried out: " + e);
        }
        System.out.println("   " + (verdict.holds() ? "holds" : "DOES NOT HOLD") + ": " + verdict.figures());
        held &= verdict.holds();
        rows.add("| %s | %s | %s | %s |"
                .formatted(
                        id,
                        what,
                        verdict.holds() ? "holds" : "**does not hold**",
                        verdict.figures().replace("|", "/")));
        write();
    }

    private void write() {
        try {
            Files.createDirectories(report.toAbsolutePath().getParent());
            Files.writeString(report, """
                    # Faults

                    What `bin/bench faults` found, begun %s, commit %s, on %s.
                    PostgreSQL with `fsync` and `synchronous_commit` on; %d deliveries, %d connections and %d kills for
                    the first proof. The relay syncs what it accepts before it answers.

                    | Id | What was broken | Verdict | Figures |
                    | --- | --- | --- | --- |
                    %s

                    `bin/test` carries out the rest with each build: every request to PostgreSQL failing once in turn,
                    before and after it is done, a COMMIT without an answer among them (`DatabaseFaultTest`: R3, R6), the
                    replies and drops of a relay (`RelayFaultTest`: R7 to R13), an email that cannot be made
                    (`PoisonTest`: R26), a restored backup (`RestoredBackupTest`: R23), and short forms of the above.
                    """.formatted(
                            began, commit, machine(), deliveries, CONNECTIONS, kills, String.join("\n", rows)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String machine() throws IOException {
        var cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("an unknown processor");
        return Runtime.getRuntime().availableProcessors() + " cores of " + cpu + ", Linux "
                + System.getProperty("os.version") + ", Java " + System.getProperty("java.version");
    }

    private static String said(String... command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
