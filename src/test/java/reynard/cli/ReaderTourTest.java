package reynard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.account.Vault;
import reynard.app.Server;
import reynard.app.Settings;
import reynard.db.Database;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;
import reynard.webhook.Reach;

/// The way of a reader, by curl alone, against a server that goes with the clock of this machine.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReaderTourTest {
    @Test
    void a_reader_signs_up_confirms_receives_clicks_and_leaves_by_curl_alone() throws Exception {
        var url = TestDatabase.fresh(Database::migrate);
        try (var server = Server.start(settings(url))) {
            var tour = new ProcessBuilder("examples/reader-tour.sh").redirectErrorStream(true);
            tour.environment().put("REYNARD_URL", "http://127.0.0.1:" + server.port());
            tour.environment().put("REYNARD_API_KEY", TestServer.API_KEY);
            var process = tour.start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();

            assertThat(process.exitValue()).as(said).isZero();
            assertThat(said).contains("The tour is over");
        } finally {
            TestDatabase.drop(url);
        }
    }

    private static Settings settings(String url) {
        return new Settings(
                "127.0.0.1",
                0,
                Path.of("target"),
                Optional.of(url),
                Optional.empty(),
                Settings.Outgoing.INBOX,
                Optional.of(TestServer.API_KEY),
                new Settings.Founder("Tea Letters", "author@example.com", "Etc/UTC", Optional.of("1 Tea Street")),
                false,
                Optional.empty(),
                Optional.empty(),
                Policies.DEFAULT,
                Brake.Limits.DEFAULT,
                Reach.parse("127.0.0.1/32"),
                Optional.of(Vault.of(TestServer.SECRET_KEY)),
                Settings.Returns.NONE,
                Settings.Access.DEFAULT);
    }
}
