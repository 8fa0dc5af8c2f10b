package reynard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import reynard.faults.FullProofs;

/// Everything that a send has to survive, in full: `bin/bench faults [kills] [deliveries] [minutes]`, by default
/// 200 and 20,000, and at most 60 minutes of kills for each proof. With fewer, all proofs are smaller by as much:
/// `bin/bench faults 5 1000` tries whether all of it works. With ids behind them, such as `R12 R14`, only those.
///
/// Takes some 40 minutes. Writes `docs/fault-report.md` as it goes, or `target/fault-report.md` if it is not all of it.
/// The proof with a full disk needs root.
final class Faults {
    private Faults() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        int deliveries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        var killing = Duration.ofMinutes(arguments.length > 2 ? Long.parseLong(arguments[2]) : 60);
        var folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "faults-");
        var ids = Stream.of(arguments).skip(3).toList();
        var report = Path.of(ids.isEmpty() ? "docs" : "target", "fault-report.md");
        boolean held = new FullProofs(folder, report, kills, deliveries, killing, ids).run();
        System.exit(held ? 0 : 1);
    }
}
