package reynard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class VerifyTest {
    private final StringWriter printed = new StringWriter();

    private int verify(TestServer server) {
        return new CommandLine(new VerifyCommand())
                .setOut(new PrintWriter(printed))
                .setErr(new PrintWriter(printed))
                .execute("--database-url", server.databaseUrl());
    }

    @Test
    void it_looks_at_every_row_beside_a_running_server_and_names_what_cannot_be() throws SQLException {
        try (var server = TestServer.start().unaudited()) {
            var sequence = server.sequence(immediate("Hello"), days("Tips", 1), days("More", 2));
            var reader = server.subscriber("reader@example.org", sequence);
            server.subscriber("other@example.org", sequence);
            server.advance(Duration.ofDays(1));

            assertThat(verify(server)).as(printed::toString).isZero();
            assertThat(printed.toString()).isEqualTo("""
                            Looked at: account 1, attempt 4, broadcast 0, delivery 4, enrollment 2, enrollment_past_run 0, sequence 1.
                            No violations.
                            """);

            printed.getBuffer().setLength(0);
            execute(
                    server,
                    "update enrollment set due_at = due_at + interval '1 minute' where subscriber_id = " + reader.id());
            assertThat(verify(server)).isOne();
            assertThat(printed.toString())
                    .containsPattern("account 1, enrollment \\d+ is due at 2026-01-08T09:01:00Z, but by its plan at"
                            + " 2026-01-08T09:00:00Z\\n")
                    .endsWith("Violations: 1.\n");
        }
    }

    private static void execute(TestServer server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
