package reynard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.Delivery;
import reynard.enrollment.Progress;
import reynard.testing.TestDatabase;

/// The document, the types and the schema name the same states.
@DisplayNameGeneration(ReplaceUnderscores.class)
class StateMachinesTest {
    private static final Path DOCUMENT = Path.of("docs/state-machines.md");

    @Test
    void the_states_of_an_enrollment_are_the_same_in_document_types_and_schema() throws Exception {
        var types = Arrays.stream(Progress.class.getPermittedSubclasses())
                .map(type -> type.getSimpleName().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(tableStates("Enrollment")).isEqualTo(types);
        assertThat(drawnStates("Enrollment")).isEqualTo(types);
        assertThat(checked("enrollment", "state")).isEqualTo(types);
    }

    @Test
    void the_states_of_a_delivery_are_the_same_in_document_types_and_schema() throws Exception {
        var types = Arrays.stream(Delivery.State.values())
                .map(Delivery.State::wireName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(tableStates("Delivery")).isEqualTo(types);
        assertThat(drawnStates("Delivery")).isEqualTo(types);
        // Who is claimed or marked stays what they were; columns of their own say so.
        types.removeAll(Set.of("claimed", "at_dot"));
        assertThat(checked("delivery", "state")).isEqualTo(types);
    }

    @Test
    void the_reasons_of_an_enrollment_are_the_same_in_document_types_and_schema() throws Exception {
        var parked = names(Progress.Because.values());
        assertThat(checked("enrollment", "parked_because")).isEqualTo(parked);
        var finished = names(Progress.Leaving.values());
        finished.addAll(names(Progress.Removal.values()));
        finished.add("end");
        assertThat(checked("enrollment", "finish_reason")).isEqualTo(finished);
        parked.addAll(finished);
        assertThat(chapter("Enrollment"))
                .contains(parked.stream().map(name -> "`" + name + "`").toList());
    }

    @Test
    void each_class_that_makes_a_transition_exists() throws Exception {
        var named = Pattern.compile("`([A-Z]\\w+)(?:\\.\\w+)?`").matcher(Files.readString(DOCUMENT));
        var sources = sources();
        while (named.find()) {
            if (!named.group(1).equals(named.group(1).toUpperCase(Locale.ROOT))) {
                assertThat(sources).as(named.group()).containsPattern("\\b(class|record|interface) " + named.group(1));
            }
        }
    }

    private static String sources() throws IOException {
        try (var files = Files.walk(Path.of("src"))) {
            var text = new StringBuilder();
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                text.append(Files.readString(file));
            }
            return text.toString();
        }
    }

    private static Set<String> names(Enum<?>... constants) {
        return Arrays.stream(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The text under a heading.
    private static String chapter(String heading) throws IOException {
        var text = Files.readString(DOCUMENT);
        int start = text.indexOf("\n## " + heading + "\n");
        int end = text.indexOf("\n## ", start + 1);
        return text.substring(start, end < 0 ? text.length() : end);
    }

    /// The first column of the table of states, whose second names the type.
    private static Set<String> tableStates(String heading) throws IOException {
        return found("\\n\\| `(\\w+)` \\| `\\w+` \\|", chapter(heading));
    }

    /// Both ends of the arrows.
    private static Set<String> drawnStates(String heading) throws IOException {
        var states = found("\\n    (\\w+) -->", chapter(heading));
        states.addAll(found("--> (\\w+):", chapter(heading)));
        return states;
    }

    /// What a check constraint of the form `column in (…)` allows in the column.
    private static Set<String> checked(String table, String column) throws SQLException {
        var url = TestDatabase.fresh(Database::migrate);
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.prepareStatement("""
                        select pg_get_constraintdef(oid) from pg_constraint
                         where conrelid = ?::regclass and contype = 'c'
                           and pg_get_constraintdef(oid) like 'CHECK ((' || ? || ' = ANY (ARRAY[%'
                        """)) {
            statement.setString(1, table);
            statement.setString(2, column);
            var rows = statement.executeQuery();
            assertThat(rows.next()).as("a check of " + table + "." + column).isTrue();
            return found("'(\\w+)'", rows.getString(1));
        } finally {
            TestDatabase.drop(url);
        }
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
