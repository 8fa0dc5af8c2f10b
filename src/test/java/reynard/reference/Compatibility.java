package reynard.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What `docs/kit-compatibility.md` says: a row for each operation, and differences in code spans that have a colon,
/// those of an operation in its row, those of many above the table. A `*` stands for any text.
final class Compatibility {
    private static final Pattern ROW = Pattern.compile("\\| `([A-Z]+ /[^`]*)` \\| ([^|]*) \\|(.*)\\|");
    private static final Pattern SPAN = Pattern.compile("`([^`]+: [^`]+)`");

    private final List<String> everywhere = new ArrayList<>();
    private final Map<String, List<String>> rows = new LinkedHashMap<>();
    private final Map<String, String> states = new LinkedHashMap<>();
    private final Set<String> used = new TreeSet<>();

    private Compatibility() {}

    static Compatibility read(Path file) throws IOException {
        var compatibility = new Compatibility();
        for (var line : Files.readAllLines(file)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                compatibility.rows.put(row.group(1), spans(row.group(3)));
                compatibility.states.put(row.group(1), row.group(2).strip());
            } else {
                compatibility.everywhere.addAll(spans(line));
            }
        }
        return compatibility;
    }

    private static List<String> spans(String text) {
        return SPAN.matcher(text).results().map(span -> span.group(1)).toList();
    }

    Set<String> operations() {
        return new TreeSet<>(rows.keySet());
    }

    boolean isDone(String operation) {
        return "done".equals(states.get(operation));
    }

    boolean hasRow(String operation) {
        return rows.containsKey(operation);
    }

    boolean names(String operation, String difference) {
        boolean generally = anyNames("everywhere: ", everywhere, difference);
        boolean here = anyNames(operation + ": ", rows.getOrDefault(operation, List.of()), difference);
        return generally || here;
    }

    private boolean anyNames(String where, List<String> patterns, String difference) {
        boolean named = false;
        for (var pattern : patterns) {
            var quoted = "\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E";
            if (difference.matches(quoted)) {
                used.add(where + pattern);
                named = true;
            }
        }
        return named;
    }

    /// What is named and was asked for by nobody.
    List<String> unused() {
        var all = new ArrayList<String>();
        everywhere.forEach(pattern -> all.add("everywhere: " + pattern));
        rows.forEach((operation, patterns) -> patterns.forEach(pattern -> all.add(operation + ": " + pattern)));
        all.removeAll(used);
        return all;
    }
}
