package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.testing.TestDatabase;

/// PostgreSQL writes a new entry into every index of a table for each change of a column that one of them knows.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnindexedChangesTest {
    @Test
    void no_index_knows_what_changes_when_an_email_goes_out() throws SQLException {
        assertThat(knownToIndexes("delivery"))
                .contains("token", "subscriber_id", "unusual")
                .doesNotContain(
                        "state",
                        "owner",
                        "at_dot",
                        "attempts",
                        "next_attempt_at",
                        "first_tried_at",
                        "marked_at",
                        "settled_at",
                        "reply");
    }

    @Test
    void no_index_knows_what_changes_when_a_reader_goes_a_step_further() throws SQLException {
        assertThat(knownToIndexes("enrollment"))
                .contains("subscriber_id", "added_at", "is_open")
                .doesNotContain("state", "last_email_id", "anchor_at", "next_email_id", "due_at", "tzdata");
    }

    private static Set<String> knownToIndexes(String table) throws SQLException {
        var url = TestDatabase.fresh(Database::migrate);
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select a.attname
                          from pg_index i
                          join pg_attribute a
                            on a.attrelid = i.indrelid
                               and (a.attnum = any (i.indkey)
                                    or pg_get_expr(i.indpred, i.indrelid) ~ ('\\m' || a.attname || '\\M'))
                         where i.indrelid = '%s'::regclass
                        """.formatted(table))) {
            var known = new TreeSet<String>();
            while (rows.next()) {
                known.add(rows.getString(1));
            }
            return known;
        } finally {
            TestDatabase.drop(url);
        }
    }
}
