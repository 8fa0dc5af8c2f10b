package reynard.db;

import java.util.List;

/// A place in a list: the sort key of one row, as longs and ISO-8601 texts.
public record Cursor(List<Object> values) {
    public Cursor {
        values = List.copyOf(values);
    }
}
