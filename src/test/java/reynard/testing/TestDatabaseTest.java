package reynard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TestDatabaseTest {
    @Test
    void databases_of_one_template_share_its_schema_and_nothing_else() throws SQLException {
        var migrated = new ArrayList<String>();
        var template = new TestDatabase(url -> {
            migrated.add(url);
            execute(url, "create table reader (name text)");
        });
        var first = template.cloned();
        var second = template.cloned();

        execute(first, "insert into reader values ('Ada')");
        assertThat(ask(first, "select count(*) from reader")).isEqualTo("1");
        assertThat(ask(second, "select count(*) from reader")).isEqualTo("0");
        assertThat(migrated).hasSize(1).doesNotContain(first, second);
    }

    @Test
    void the_zone_of_a_session_is_not_utc() throws SQLException {
        var url = TestDatabase.create();
        assertThat(ask(url, "show timezone")).isEqualTo("Pacific/Chatham");
        // What a session gets that does not name its own zone, as pgjdbc's do.
        assertThat(ask(
                        url,
                        "select setconfig::text from pg_db_role_setting where setdatabase ="
                                + " (select oid from pg_database where datname = current_database())"))
                .contains("TimeZone=Pacific/Chatham");
    }

    @Test
    void a_database_that_was_dropped_is_gone_whoever_was_connected() throws SQLException {
        var url = TestDatabase.create();
        try (var _ = DriverManager.getConnection(url)) {
            TestDatabase.drop(url);
        }
        assertThatThrownBy(() -> DriverManager.getConnection(url).close()).hasMessageContaining("does not exist");
    }

    private static void execute(String url, String sql) {
        try (var connection = DriverManager.getConnection(url)) {
            execute(connection, sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(String url, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
