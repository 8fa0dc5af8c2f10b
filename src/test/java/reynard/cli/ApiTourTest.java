package reynard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;

/// The tour that newcomers take, against a server on a virtual clock, with key and token from the command line.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ApiTourTest {
    @Test
    void the_whole_life_of_an_account_goes_by_curl_alone() throws Exception {
        try (var server = TestServer.start()) {
            var java = Path.of(System.getProperty("java.home"), "bin", "java");
            var tour = new ProcessBuilder("examples/api-tour.sh").redirectErrorStream(true);
            tour.environment().put("URL", "http://127.0.0.1:" + server.port());
            tour.environment().put("REYNARD", java + " -XX:TieredStopAtLevel=1 reynard.cli.Main");
            tour.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            tour.environment().put("REYNARD_DATABASE_URL", server.databaseUrl());
            var process = tour.start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();

            assertThat(process.exitValue()).as(said).isZero();
            assertThat(said).contains("every answer was as it has to be");
        }
    }
}
