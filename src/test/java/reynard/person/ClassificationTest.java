package reynard.person;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.testing.TestDatabase;

/// `classification.txt` says of every column whether it holds something about a subscriber, and what becomes of it when
/// they ask for it or are erased. Whoever adds a column says so there, and to `PersonStore` if it is about a person.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ClassificationTest {
    private static final Path FILE = Path.of("src/test/resources/person/classification.txt");

    /// Column names by table, as the file has them, each with its class.
    private static Map<String, Map<String, String>> classified() throws IOException {
        var tables = new LinkedHashMap<String, Map<String, String>>();
        for (var line : Files.readAllLines(FILE)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var parts = line.split(":", 3);
            for (var column : parts[2].strip().split("\\s+")) {
                tables.computeIfAbsent(parts[0].strip(), _ -> new LinkedHashMap<>())
                        .put(column, parts[1].strip());
            }
        }
        return tables;
    }

    private static Map<String, Set<String>> schema() throws SQLException {
        var url = TestDatabase.fresh(Database::migrate);
        var tables = new LinkedHashMap<String, Set<String>>();
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select c.relname, a.attname
                          from pg_class c
                          join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                           and not c.relispartition and c.relname <> 'flyway_schema_history'
                         order by 1, 2
                        """)) {
            while (rows.next()) {
                tables.computeIfAbsent(rows.getString(1), _ -> new TreeSet<>()).add(rows.getString(2));
            }
        } finally {
            TestDatabase.drop(url);
        }
        return tables;
    }

    @Test
    void every_column_is_classified_and_every_class_has_its_column() throws IOException, SQLException {
        var classified = classified();
        var schema = schema();

        assertThat(classified.keySet()).containsExactlyInAnyOrderElementsOf(schema.keySet());
        schema.forEach((table, columns) -> assertThat(
                        classified.getOrDefault(table, Map.of()).keySet())
                .as(table + " in " + FILE)
                .containsExactlyInAnyOrderElementsOf(columns));
    }

    @Test
    void classes_are_known_words() throws IOException {
        for (var columns : classified().values()) {
            assertThat(columns.values()).isSubsetOf("none", "given", "kept");
        }
    }

    @Test
    void what_is_given_is_in_the_export() throws IOException {
        var statements = String.join("\n", People.sections().values());
        classified()
                .forEach((table, columns) -> columns.forEach((column, kind) -> {
                    if (kind.equals("given")) {
                        assertThat(statements)
                                .as(table + "." + column)
                                .contains(table)
                                .containsPattern("\\b" + column + "\\b");
                    }
                }));
    }
}
