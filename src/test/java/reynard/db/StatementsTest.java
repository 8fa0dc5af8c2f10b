package reynard.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What statements may not say, so that a distributed PostgreSQL takes them too: it refuses to change rows by functions
/// that are not immutable.
@DisplayNameGeneration(ReplaceUnderscores.class)
class StatementsTest {
    private static final Pattern TEXT_BLOCK = Pattern.compile("\"\"\"\n(.*?)\"\"\"", Pattern.DOTALL);
    private static final Pattern CHANGE =
            Pattern.compile("\\b(update\\s+\\w|delete\\s+from|insert\\s+into)", Pattern.CASE_INSENSITIVE);
    private static final Pattern CHANGING_FUNCTION = Pattern.compile(
            "\\b(now|clock_timestamp|current_timestamp|random|gen_random_uuid|to_char|date_trunc|concat|concat_ws"
                    + "|jsonb_build_object|json_build_object|to_jsonb|nextval)\\s*\\(|\\binterval\\s*'",
            Pattern.CASE_INSENSITIVE);

    @Test
    void no_row_is_changed_by_a_function_that_may_answer_differently() throws IOException {
        var statements = changes();
        assertThat(statements).hasSizeGreaterThan(200);
        assertThat(statements.stream()
                        .filter(statement ->
                                CHANGING_FUNCTION.matcher(statement).find()))
                .isEmpty();
    }

    @Test
    void what_is_looked_for_is_found() {
        assertThat(CHANGING_FUNCTION
                        .matcher("set detail = jsonb_build_object('a', b)")
                        .find())
                .isTrue();
        assertThat(CHANGING_FUNCTION
                        .matcher("set due_at = due_at + interval '1 day'")
                        .find())
                .isTrue();
        assertThat(CHANGING_FUNCTION.matcher("set due_at = :now").find()).isFalse();
    }

    private static List<String> changes() throws IOException {
        var found = new ArrayList<String>();
        try (var files = Files.walk(Path.of("src/main/java"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                var blocks = TEXT_BLOCK.matcher(Files.readString(file));
                while (blocks.find()) {
                    if (CHANGE.matcher(blocks.group(1)).find()) {
                        found.add(file + ":\n" + blocks.group(1));
                    }
                }
            }
        }
        return found;
    }
}
