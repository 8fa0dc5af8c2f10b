package reynard.feedback;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Returned mail of the shapes that servers give it, and the table of what each message means.
public final class Corpus {
    private static final Path FOLDER = Path.of("src/test/resources/bounces");

    private Corpus() {}

    /// @param verdicts one for each recipient that the message names
    /// @param recipient the first of them, empty when the message names none
    /// @param sender of the envelope, empty for the null sender
    public record Sample(String file, List<Verdict> verdicts, String recipient, String sender) {
        /// The message as it came to an address of ours.
        ///
        /// @param returnPath the envelope sender of the email that it is about
        public byte[] message(String returnPath) {
            return read(FOLDER.resolve("mail").resolve(file + ".eml"))
                    .replace("b+{code}@bounce.example.com", returnPath)
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return file;
        }
    }

    public static List<Sample> samples() {
        return read(FOLDER.resolve("mail.csv"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(Corpus::sample)
                .toList();
    }

    public static Sample named(String file) {
        return samples().stream()
                .filter(sample -> sample.file().equals(file))
                .findFirst()
                .orElseThrow();
    }

    private static Sample sample(String line) {
        var cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        return new Sample(
                cells.get(0),
                Arrays.stream(cells.get(1).split("\\+")).map(Verdict::valueOf).toList(),
                cells.size() > 2 ? cells.get(2) : "",
                cells.size() > 3 ? cells.get(3) : "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
