package reynard.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reynard.testing.TestServer;

/// Who joins while something else happens to them, in another transaction that is not committed yet.
@DisplayNameGeneration(ReplaceUnderscores.class)
class JoiningAtOnceTest {
    @ParameterizedTest
    @CsvSource({"active, cancelled, cancelled", "inactive, active, waiting"})
    void who_leaves_or_is_confirmed_while_they_join_ends_as_they_are(String before, String after, String ends)
            throws Exception {
        // The reader's leaving is a row that changes, and nothing else of it.
        try (var server = TestServer.start().unaudited();
                var other = DriverManager.getConnection(server.databaseUrl());
                var watch = DriverManager.getConnection(server.databaseUrl())) {
            var sequence = server.sequence(immediate("Hello"));
            var reader = server.subscriber("reader@example.org", before);
            other.setAutoCommit(false);
            execute(other, "update subscriber set state = '" + after + "' where id = " + reader.id());

            var joining = CompletableFuture.supplyAsync(
                    () -> server.post("/v4/sequences/" + sequence.id() + "/subscribers/" + reader.id(), "{}"));
            while (!joining.isDone() && !someoneWaits(watch)) {
                Thread.onSpinWait();
            }
            other.commit();

            assertThat(joining.get().status()).isEqualTo(201);
            assertThat(text(watch, "select state from enrollment where subscriber_id = " + reader.id()))
                    .isEqualTo(ends);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean someoneWaits(Connection connection) throws SQLException {
        return text(connection, """
                        select exists (select from pg_stat_activity
                                        where datname = current_database() and wait_event_type = 'Lock')::text
                        """).equals("true");
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
