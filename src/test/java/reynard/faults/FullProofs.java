package reynard.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import reynard.db.EmbeddedDatabase;
import reynard.testing.ArrivalLog;
import reynard.testing.FakeSmtp;

/// The proofs in full, one after the other, and the report of what they found.
public final class FullProofs {
    private static final int CONNECTIONS = 50;

    /// Most of the time something starts or is waited for, so three proofs go on at a time.
    private static final int LANES = 3;
    private static final int DISK_MEGABYTES = 400;

    private final Path folder;
    private final Path report;
    private final Path programs = Path.of("target").toAbsolutePath();
    private final int kills;
    private final int deliveries;
    private final Duration killing;
    private final Set<String> ids;
    private final List<Task> tasks = new ArrayList<>();
    private final SortedMap<Integer, String> rows = new TreeMap<>();
    private final Instant began = InstantSource.system().instant();
    private final String commit = said("git", "rev-parse", "--short=10", "HEAD");
    private boolean held = true;

    /// @param folder for databases and logs; it stays
    /// @param report is written anew after each proof
    /// @param kills of the first proof, and as a part of 200 the events of all others
    /// @param deliveries of the first proof, and as a part of 20,000 those of all others
    /// @param killing how long the kills of one proof may take
    /// @param ids of the proofs; empty for all
    public FullProofs(Path folder, Path report, int kills, int deliveries, Duration killing, Collection<String> ids) {
        this.folder = folder;
        this.report = report;
        this.kills = kills;
        this.deliveries = deliveries;
        this.killing = killing;
        this.ids = Set.copyOf(ids);
    }

    private record Verdict(String word, String figures) {
        Verdict(boolean holds, String figures) {
            this(holds ? "holds" : "**does not hold**", figures);
        }

        boolean holds() {
            return word.equals("holds");
        }
    }

    private interface Proof {
        Verdict run(Place place) throws IOException, InterruptedException, SQLException;
    }

    /// @param megabytes how large its disk is; empty for that of this machine
    private record Task(String id, String what, Optional<Integer> megabytes, Proof proof) {}

    /// A PostgreSQL with fsync on, and a relay that writes down what it gets.
    private record Place(EmbeddedDatabase database, Path home, FakeSmtp relay, ArrivalLog log) {
        String url() {
            return database.jdbcUrl();
        }
    }

    /// @return whether all held
    public boolean run() throws InterruptedException {
        prove("R1, R2", "kill -9, half of the sequences hold what is uncertain", place -> {
            Course.prepare(place.url(), place.relay(), deliveries / 5, 5, true);
            var storm = new Storm(
                    1,
                    CONNECTIONS,
                    kills,
                    Duration.ofMillis(50),
                    Duration.ofMillis(2_000),
                    slowness(),
                    killing,
                    20_261_128);
            return verdict(storm.over(place.url(), place.relay(), place.log()));
        });
        prove("R17", "SIGSTOP of one of two servers for 30 min", place -> {
            Course.prepare(place.url(), place.relay(), readers(1_000), 4, false);
            return verdict(outage(25, 8).frozen(place.url(), place.relay(), place.log(), 1, freezing(30)));
        });
        prove("R3", "kill -9 at each named point", _ -> crashPoints(times(100)));
        prove("R1, R2", "the same at full speed, without a wait at the relay", place -> {
            Course.prepare(place.url(), place.relay(), deliveries / 5, 5, true);
            var storm = new Storm(
                    1,
                    CONNECTIONS,
                    times(20),
                    Duration.ofMillis(50),
                    Duration.ofMillis(2_000),
                    Duration.ZERO,
                    killing,
                    20_261_129);
            return verdict(storm.over(place.url(), place.relay(), place.log()));
        });
        prove("R16", "two servers, one of them killed by chance", place -> {
            Course.prepare(place.url(), place.relay(), readers(800), 5, true);
            var storm = new Storm(
                    2,
                    25,
                    times(20),
                    Duration.ofMillis(300),
                    Duration.ofMillis(2_000),
                    Duration.ofMillis(150),
                    killing,
                    20_261_130);
            var result = storm.over(place.url(), place.relay(), place.log());
            return new Verdict(
                    result.holds(25), result + "; shares of the lives in percent " + result.sharesInPercent());
        });
        prove(
                "R3",
                "each request to PostgreSQL cut off once in turn, before it arrives",
                _ -> everyRequest(
                        DatabaseFaultTest
                                ::a_request_that_does_not_reach_the_database_loses_nothing_and_repeats_nothing_unnamed));
        prove(
                "R3, R6",
                "the answer to each request cut off once in turn, that of each COMMIT among them",
                _ -> everyRequest(
                        DatabaseFaultTest::a_request_whose_answer_is_lost_loses_nothing_and_repeats_nothing_unnamed));
        prove("R4", "SIGTERM", place -> {
            Course.prepare(place.url(), place.relay(), readers(1_500), 4, false);
            return verdict(outage(CONNECTIONS, 1).stopped(place.url(), place.relay(), place.log(), times(50)));
        });
        prove("R5", "kill -9 of PostgreSQL", place -> {
            Course.prepare(place.url(), place.relay(), readers(1_500), 4, false);
            return verdict(outage(CONNECTIONS, 2)
                    .databaseEnded(
                            place.url(),
                            place.home().resolve("postgres"),
                            "-KILL",
                            place.relay(),
                            place.log(),
                            times(50)));
        });
        prove("R5", "immediate shutdown of PostgreSQL", place -> {
            Course.prepare(place.url(), place.relay(), readers(800), 4, false);
            return verdict(outage(CONNECTIONS, 10)
                    .databaseEnded(
                            place.url(),
                            place.home().resolve("postgres"),
                            "-QUIT",
                            place.relay(),
                            place.log(),
                            times(10)));
        });
        prove("R5", "the network to PostgreSQL is dark for 5 s", place -> {
            Course.prepare(place.url(), place.relay(), readers(800), 4, false);
            return verdict(outage(CONNECTIONS, 3)
                    .databaseDark(place.url(), place.relay(), place.log(), times(5), Duration.ofSeconds(5)));
        });
        prove("R5", "the network to PostgreSQL is dark for 60 s", place -> {
            Course.prepare(place.url(), place.relay(), readers(800), 4, false);
            return verdict(outage(CONNECTIONS, 4)
                    .databaseDark(place.url(), place.relay(), place.log(), 1, Duration.ofSeconds(60)));
        });
        prove("R5", "the network to PostgreSQL is dark for 10 min", place -> {
            Course.prepare(place.url(), place.relay(), readers(800), 4, false);
            return verdict(
                    outage(CONNECTIONS, 9).databaseDark(place.url(), place.relay(), place.log(), 1, freezing(10)));
        });
        prove("R17", "SIGSTOP of one of two servers for 1 s", place -> {
            Course.prepare(place.url(), place.relay(), readers(1_000), 4, false);
            return verdict(
                    outage(25, 5).frozen(place.url(), place.relay(), place.log(), times(10), Duration.ofSeconds(1)));
        });
        prove("R17", "SIGSTOP of one of two servers for 60 s", place -> {
            Course.prepare(place.url(), place.relay(), readers(1_000), 4, false);
            return verdict(outage(25, 6).frozen(place.url(), place.relay(), place.log(), 1, Duration.ofSeconds(60)));
        });
        prove("R12", "a relay that ends its connections", place -> {
            Course.prepare(place.url(), place.relay(), 4_000, 5, false);
            return verdict(new Throughput(CONNECTIONS).endings(place.url(), place.relay(), place.log()));
        });
        prove("R14", "a byte a second from one domain of five", place -> {
            Course.prepare(
                    place.url(),
                    place.relay(),
                    4_000,
                    5,
                    false,
                    List.of(Throughput.SLOW, "one.example", "two.example", "three.example", "four.example"));
            return verdict(new Throughput(2 * CONNECTIONS).slowDomain(place.url(), place.relay(), place.log()));
        });
        prove("R15", "a relay that takes five emails a second", place -> {
            Course.prepare(place.url(), place.relay(), 1, 1, false);
            return verdict(new Throughput(10).slowRelay(place.url(), place.relay(), place.log(), 5 * deliveries));
        });
        prove("R16", "two servers beside each other", place -> {
            Course.prepare(place.url(), place.relay(), readers(2_000), 5, false);
            return verdict(new Throughput(25).shared(place.url(), place.relay(), place.log()));
        });
        tasks.add(new Task(
                "R21",
                "the disk of PostgreSQL full for 5 s, its log and all, on " + DISK_MEGABYTES + " MB",
                Optional.of(DISK_MEGABYTES),
                place -> {
                    Course.prepare(place.url(), place.relay(), readers(1_000), 4, false);
                    return verdict(outage(CONNECTIONS, 7)
                            .diskFull(
                                    place.url(),
                                    place.home(),
                                    place.relay(),
                                    place.log(),
                                    times(5),
                                    Duration.ofSeconds(5)));
                }));
        tasks.removeIf(
                task -> !ids.isEmpty() && Stream.of(task.id().split(", ")).noneMatch(ids::contains));
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("no proof has one of these ids: " + ids);
        }
        work();
        return held;
    }

    private void work() throws InterruptedException {
        var next = new AtomicInteger();
        try (var lanes = Executors.newFixedThreadPool(LANES)) {
            for (int lane = 0; lane < LANES; lane++) {
                lanes.execute(() -> {
                    for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
                        carryOut(i, tasks.get(i));
                    }
                });
            }
        }
    }

    private static Outage outage(int connections, int number) {
        return new Outage(connections, Duration.ofMillis(400), 20_261_130L + number);
    }

    /// As many as that of 200 kills.
    private int times(int full) {
        return Math.clamp((long) full * kills / 200, 1, full);
    }

    /// So many minutes, or a small part of them where there are few kills.
    private Duration freezing(int minutes) {
        return Duration.ofMinutes(minutes).multipliedBy(Math.min(200, kills)).dividedBy(200);
    }

    private int readers(int full) {
        return Math.clamp((long) full * deliveries / 20_000, 40, full);
    }

    /// So slow that all kills find the server sending: a life of a second for each, on average.
    private Duration slowness() {
        // Five answers a message, each half of the most on average.
        return Duration.ofNanos(
                Duration.ofSeconds(1).toNanos() * CONNECTIONS * kills / Math.max(1, deliveries) * 2 / 5);
    }

    private static Verdict crashPoints(int rounds) {
        var wrong = new ArrayList<String>();
        Map<CrashPoint, Integer> repeated = new EnumMap<>(CrashPoint.class);
        for (int round = 0; round < rounds; round++) {
            for (var point : CrashPoint.values()) {
                var result = point.crash();
                if (!result.holds(point)) {
                    wrong.add(point + ": " + result);
                }
                repeated.merge(point, result.copies() - 1, Integer::sum);
            }
        }
        return new Verdict(
                wrong.isEmpty(),
                rounds + " times each; second copies of these: " + repeated + (wrong.isEmpty() ? "" : "; " + wrong));
    }

    private static Verdict everyRequest(Consumer<DatabaseFaultTest> proof) {
        var test = new DatabaseFaultTest();
        test.start();
        try {
            proof.accept(test);
            return new Verdict(true, "a reader for each request got both emails; what came twice was named uncertain");
        } catch (AssertionError e) {
            return new Verdict(false, String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        } finally {
            test.stop();
        }
    }

    private static Verdict verdict(Storm.Result result) {
        return new Verdict(result.holds(CONNECTIONS), result.toString());
    }

    private static Verdict verdict(Throughput.Result result) {
        return new Verdict(result.holds(), result.toString());
    }

    private static Verdict verdict(Outage.Result result) {
        return new Verdict(result.holds(), result.toString());
    }

    private void prove(String id, String what, Proof proof) {
        tasks.add(new Task(id, what, Optional.empty(), proof));
    }

    private void carryOut(int number, Task task) {
        say(task.id() + ": " + task.what());
        long start = System.nanoTime();
        var verdict = verdict(task);
        var took = Duration.ofNanos(System.nanoTime() - start);
        say(task.id() + ": " + task.what() + "\n   " + verdict.word() + " after " + took.toSeconds() + " s: "
                + verdict.figures());
        record(
                number,
                verdict.holds(),
                "| %s | %s | %s | %s | %d s |"
                        .formatted(
                                task.id(),
                                task.what(),
                                verdict.word(),
                                verdict.figures().replace("|", "/"),
                                took.toSeconds()));
    }

    private Verdict verdict(Task task) {
        try {
            var home = Files.createTempDirectory(folder, "proof-");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            if (task.megabytes().isPresent() && !mount(home, task.megabytes().get())) {
                return new Verdict("not carried out", "needs a disk of its own, which only root can mount");
            }
            try {
                Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
                return verdict(task, home);
            } finally {
                if (task.megabytes().isPresent()) {
                    said("umount", home.toString());
                }
            }
        } catch (IOException | SQLException | RuntimeException e) {
            return new Verdict("**could not be carried out**", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Verdict("**could not be carried out**", e.toString());
        }
    }

    private Verdict verdict(Task task, Path home) throws IOException, InterruptedException, SQLException {
        try (var database = EmbeddedDatabase.start(home, programs, new EmbeddedDatabase.Settings(128, 200, true));
                var relay = FakeSmtp.start();
                var log = ArrivalLog.in(folder.resolve(home.getFileName() + "-arrivals"))) {
            return task.proof().run(new Place(database, home, relay, log));
        }
    }

    /// A disk in memory, of this size.
    private static boolean mount(Path home, int megabytes) {
        said("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", home.toString());
        return said("findmnt", "-n", "-o", "FSTYPE", "--target", home.toString())
                .equals("tmpfs");
    }

    private static synchronized void say(String text) {
        System.out.println(text);
    }

    private synchronized void record(int number, boolean holds, String row) {
        held &= holds;
        rows.put(number, row);
        try {
            Files.createDirectories(report.toAbsolutePath().getParent());
            Files.writeString(report, """
                    # Faults

                    What `bin/bench faults` found, begun %s, commit %s, on %s. %d of %d proofs are done, after %d minutes.
                    PostgreSQL with `fsync` and `synchronous_commit` on; %d deliveries, %d connections and %d kills for
                    the first proof. The relay syncs what it accepts before it answers. Three proofs go on at a time.

                    | Id | What was broken | Verdict | Figures | Took |
                    | --- | --- | --- | --- | --- |
                    %s

                    Due are fewer than were planned, because a reader whose email is held gets no later one until a person
                    has decided.

                    `bin/test` carries out the rest with each build: the replies and drops of a relay (`RelayFaultTest`: R7
                    to R13), a slow domain and a slow relay (`SlowDomainTest`: R14, R15), a restored backup
                    (`RestoredBackupTest`: R23), the same request twice (`RepetitionTest`: R25), an email that cannot be made
                    (`PoisonTest`: R26), what is listed as uncertain (`UncertainListTest`), and short forms of the above.
                    """.formatted(
                    began.truncatedTo(ChronoUnit.SECONDS),
                    commit,
                    machine(),
                    rows.size(),
                    tasks.size(),
                    Duration.between(began, InstantSource.system().instant()).toMinutes(),
                    deliveries,
                    CONNECTIONS,
                    kills,
                    String.join("\n", rows.values())));
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
