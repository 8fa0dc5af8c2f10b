package reynard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import reynard.faults.FullProofs;

/// Everything that a send has to survive, in full: `bin/bench faults [kills] [deliveries] [minutes]`, by default
/// 200 and 20,000, and at most 60 minutes of kills for each proof. With fewer, all proofs are smaller by as much:
/// `bin/bench faults 5 1000` tries whether all of it works.
///
/// Takes some 20 minutes. Writes `docs/fault-report.md` as it goes. The proof with a full disk needs root.
final class Faults {
    private Faults() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        int deliveries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        var killing = Duration.ofMinutes(arguments.length > 2 ? Long.parseLong(arguments[2]) : 60);
        var folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "faults-");
        boolean held = new FullProofs(folder, Path.of("docs", "fault-report.md"), kills, deliveries, killing).run();
        System.exit(held ? 0 : 1);
    }
}
