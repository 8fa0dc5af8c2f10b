package reynard.cli;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestDatabase;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StoppingTest {
    private Path folder = Path.of("target");

    @BeforeEach
    void a_data_directory() throws IOException {
        folder = TestDatabase.folder();
    }

    @AfterEach
    void goes() throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void a_server_told_to_stop_while_it_starts_leaves_no_database_running() throws Exception {
        var log = folder.resolve("log").toFile();
        var server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "reynard.cli.Main",
                        "serve",
                        "--port=0",
                        "--data-dir=" + folder.resolve("data"))
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        var database = postmaster(server);

        server.destroy();

        assertThat(server.waitFor(60, SECONDS)).as("it stops").isTrue();
        assertThat(database).as(Files.readString(log.toPath())).isPresent();
        assertThat(ProcessHandle.of(database.get()).filter(ProcessHandle::isAlive))
                .as("PostgreSQL")
                .isEmpty();
        assertThat(Files.readString(log.toPath())).doesNotContain("answers on");
    }

    /// PostgreSQL's process id, as soon as it has one.
    private Optional<Long> postmaster(Process server) throws Exception {
        while (!server.waitFor(5, MILLISECONDS)) {
            try (var paths = Files.walk(folder)) {
                var file = paths.filter(path -> path.endsWith("postmaster.pid")).findFirst();
                var lines = file.isPresent() ? Files.readAllLines(file.get()) : List.<String>of();
                if (!lines.isEmpty()) {
                    return Optional.of(Long.parseLong(lines.getFirst()));
                }
            } catch (UncheckedIOException _) {
                // A file went while it was looked at; the next look is better.
            }
        }
        return Optional.empty();
    }
}
