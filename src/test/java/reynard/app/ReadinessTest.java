package reynard.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Capacity;
import reynard.db.Database;
import reynard.db.SessionLock;
import reynard.testing.DatabaseLine;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReadinessTest {
    /// Every insert into a table fails as on a full disk.
    private static final String FILL = """
            create function full_disk() returns trigger language plpgsql as
                $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
            create trigger full_disk before insert on tag for each row execute function full_disk();
            create trigger full_disk before insert on ballast for each row execute function full_disk()
            """;

    private static void execute(String url, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void a_full_disk_makes_the_server_unready_until_there_is_room_again() throws SQLException {
        try (var server = TestServer.start()) {
            execute(server.databaseUrl(), FILL);
            assertThat(server.get("/readyz").status()).isEqualTo(200);

            assertThat(server.post("/v4/tags", "{\"name\":\"Tea\"}").status()).isEqualTo(503);

            assertThat(server.get("/readyz").status()).isEqualTo(503);
            assertThat(server.get("/readyz").errors()).containsExactly("The database has no room: its disk is full.");
            assertThat(server.get("/healthz").status()).isEqualTo(200);
        }
    }

    @Test
    void room_is_believed_in_when_something_could_be_written() throws SQLException {
        var url = TestDatabase.fresh(Database::migrate);
        try (var database = Database.open(url, 1)) {
            var capacity = new Capacity(database, 1, Duration.ZERO);
            execute(url, FILL);
            assertThat(capacity.isThere()).isTrue();
            assertThatThrownBy(() -> database.useTx(tx -> tx.update("insert into ballast (node, bytes) values (2, '')")
                            .execute()))
                    .hasMessageContaining("No space left");
            assertThat(capacity.isThere()).isFalse();

            execute(url, "drop trigger full_disk on ballast");

            assertThat(capacity.isThere()).isTrue();
            assertThat(capacity.isThere()).isTrue();
        } finally {
            TestDatabase.drop(url);
        }
    }

    @Test
    void a_database_that_hangs_is_given_up_after_a_time() throws SQLException {
        var url = TestDatabase.fresh(_ -> {});
        try (var line = DatabaseLine.to(url);
                var database =
                        Database.open(line.url() + (line.url().contains("?") ? "&" : "?") + "socketTimeout=1", 1)) {
            database.useTx(tx -> tx.query("select 1").mapTo(Integer.class).one());
            line.goesDark();

            assertThatThrownBy(() -> database.useTx(
                            tx -> tx.query("select 1").mapTo(Integer.class).one()))
                    .matches(Database::isFailure);

            assertThatThrownBy(() -> SessionLock.take(
                            line.url() + (line.url().contains("?") ? "&" : "?") + "socketTimeout=1", 4711))
                    .isInstanceOf(SQLException.class);
            line.goesOn();
        } finally {
            TestDatabase.drop(url);
        }
    }
}
