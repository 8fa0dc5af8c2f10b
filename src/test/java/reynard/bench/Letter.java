package reynard.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import reynard.db.Database;
import reynard.db.EmbeddedDatabase;
import reynard.delivery.WritingDesk;
import reynard.delivery.smtp.Wire;

/// What it costs to write one letter of an email that goes to many: `bin/bench letter [ROUNDS]`. It is the email of
/// `bin/bench send`, from what the database has said of its reader to the bytes that go over the wire: Liquid and the
/// text part, tracked links and pixel, headers and encoding, the look over what is about to be sent.
///
/// Measured is the CPU of one thread, so a busy machine does little to it; the best round and the median are told. The
/// checksum of what was written stays the same as long as no letter changes.
public final class Letter {
    private static final int LETTERS = 20_000;
    private static final int ROUNDS = 12;

    private Letter() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length == 0 ? ROUNDS : Integer.parseInt(arguments[0]);
        var folder = Files.createTempDirectory("reynard-bench-letter");
        try (var postgres = EmbeddedDatabase.start(folder.resolve("data"))) {
            Database.migrate(postgres.jdbcUrl());
            try (var database = Database.open(postgres.jdbcUrl(), 2)) {
                measure(new WritingDesk(database, Tea.SUBJECT, Tea.CONTENT, "plain.html"), rounds);
            }
        } finally {
            delete(folder);
        }
    }

    private static void measure(WritingDesk desk, int rounds) throws NoSuchAlgorithmException {
        var checksum = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < LETTERS; i += 20) {
            checksum.update(desk.order(i).write().message());
        }
        var written = new ArrayList<Double>();
        var sent = new ArrayList<Double>();
        var kept = new ArrayList<Double>();
        long keptSize = 0;
        // The first half is Java that is being compiled.
        for (int round = 0; round < 2 * rounds; round++) {
            var orders = IntStream.range(0, LETTERS / 10).mapToObj(desk::order).toList();
            long bytes = 0;
            var letters = new WritingDesk.Written[orders.size()];
            double before = micros();
            for (int i = 0; i < letters.length; i++) {
                letters[i] = orders.get(i).write();
            }
            double between = micros();
            for (var letter : letters) {
                bytes += Wire.length(letter.message());
            }
            double after = micros();
            long keptBytes = 0;
            for (var letter : letters) {
                keptBytes += letter.kept().length;
            }
            double end = micros();
            if (bytes < letters.length) {
                throw new IllegalStateException("nothing was written");
            }
            if (round >= rounds) {
                written.add((between - before) / letters.length);
                sent.add((after - between) / letters.length);
                kept.add((end - after) / letters.length);
                keptSize = keptBytes / letters.length;
            }
        }
        System.out.printf(
                "a letter of %,d bytes: written in %s, looked over in %s, told from nobody's in %s by %,d bytes; %s%n",
                desk.order(1).write().message().length,
                told(written),
                told(sent),
                told(kept),
                keptSize,
                HexFormat.of().formatHex(checksum.digest(), 0, 8));
    }

    private static String told(List<Double> micros) {
        var sorted = micros.stream().sorted().toList();
        return "%.1f µs (median %.1f)".formatted(sorted.getFirst(), sorted.get(sorted.size() / 2));
    }

    private static double micros() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e3;
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
