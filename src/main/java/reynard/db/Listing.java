package reynard.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/// A list that is read page by page, by key and never by offset, so that the last page costs what the first does.
///
/// Made from a statement that ends in a `where` clause; this is the one class that adds the key's condition, the order
/// and the limit to it. The key's columns must be in the select list under their own names and together be unique.
public final class Listing<T> {
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final String count;
    private final String forward;
    private final String forwardAfter;
    private final String backward;
    private final List<Key> keys;
    private final RowMapper<T> mapper;

    /// One column of the sort key: how it is named in the statement, how in the select list, and its type.
    public record Key(String expression, String column, Type type) {
        public static Key number(String expression, String column) {
            return new Key(expression, column, Type.BIGINT);
        }

        public static Key instant(String expression, String column) {
            return new Key(expression, column, Type.TIMESTAMPTZ);
        }

        public static Key text(String expression, String column) {
            return new Key(expression, column, Type.TEXT);
        }
    }

    public enum Type {
        BIGINT,
        TIMESTAMPTZ,
        TEXT
    }

    public enum Order {
        ASCENDING,
        DESCENDING
    }

    public Listing(String sql, Order order, List<Key> keys, RowMapper<T> mapper) {
        var expressions = String.join(", ", keys.stream().map(Key::expression).toList());
        var parameters = new ArrayList<String>();
        for (int i = 0; i < keys.size(); i++) {
            parameters.add(":key" + i + "::" + keys.get(i).type().name().toLowerCase(java.util.Locale.ROOT));
        }
        var cursor = String.join(", ", parameters);
        boolean descending = order == Order.DESCENDING;
        var ahead = " order by " + direction(keys, descending ? " desc" : " asc") + " limit :limit";
        var back = " order by " + direction(keys, descending ? " asc" : " desc") + " limit :limit";
        this.count = "select count(*) from (" + sql + ") counted";
        this.forward = sql + ahead;
        this.forwardAfter =
                sql + " and (" + expressions + ") " + (descending ? "<" : ">") + " (" + cursor + ")" + ahead;
        this.backward = sql + " and (" + expressions + ") " + (descending ? ">" : "<") + " (" + cursor + ")" + back;
        this.keys = List.copyOf(keys);
        this.mapper = mapper;
    }

    private static String direction(List<Key> keys, String direction) {
        return String.join(
                ", ", keys.stream().map(key -> key.expression() + direction).toList());
    }

    /// Reads one page.
    ///
    /// @param parameters the statement's named parameters; a null value is bound as SQL null
    /// @throws BadCursor when the cursor is not one of this list
    public Page<T> read(Tx tx, Map<String, ? extends @Nullable Object> parameters, PageRequest request) {
        boolean backwards = request.before().isPresent();
        var cursor = backwards ? request.before() : request.after();
        var query = tx.query(backwards ? backward : cursor.isPresent() ? forwardAfter : forward)
                .bindMap(parameters)
                .bind("limit", request.perPage() + 1);
        if (cursor.isPresent()) {
            var values = values(cursor.get());
            for (int i = 0; i < values.size(); i++) {
                query.bind("key" + i, values.get(i));
            }
        }
        var found = new ArrayList<>(query.map((row, context) -> new Keyed<>(mapper.map(row, context), key(row)))
                .list());
        boolean more = found.size() > request.perPage();
        if (more) {
            found.removeLast();
        }
        if (backwards) {
            Collections.reverse(found);
        }
        return new Page<>(
                found.stream().map(Keyed::item).toList(),
                backwards ? more : cursor.isPresent(),
                backwards || more,
                found.isEmpty()
                        ? Optional.empty()
                        : Optional.of(found.getFirst().key()),
                found.isEmpty() ? Optional.empty() : Optional.of(found.getLast().key()),
                request.perPage(),
                request.includeTotalCount() ? Optional.of(total(tx, parameters)) : Optional.empty());
    }

    private long total(Tx tx, Map<String, ? extends @Nullable Object> parameters) {
        return tx.query(count).bindMap(parameters).mapTo(Long.class).one();
    }

    private record Keyed<T>(T item, Cursor key) {}

    private Cursor key(ResultSet row) throws SQLException {
        var values = new ArrayList<>();
        for (var key : keys) {
            values.add(
                    switch (key.type()) {
                        case BIGINT -> row.getLong(key.column());
                        case TIMESTAMPTZ -> Rows.instant(row, key.column()).toString();
                        case TEXT -> row.getString(key.column());
                    });
        }
        return new Cursor(values);
    }

    private List<Object> values(Cursor cursor) {
        if (cursor.values().size() != keys.size()) {
            throw new BadCursor();
        }
        var values = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            values.add(value(keys.get(i).type(), cursor.values().get(i)));
        }
        return values;
    }

    private static Object value(Type type, Object value) {
        try {
            return switch (type) {
                case BIGINT -> (Long) value;
                case TIMESTAMPTZ -> instant((String) value);
                case TEXT -> text((String) value);
            };
        } catch (ClassCastException | DateTimeParseException e) {
            throw new BadCursor(e);
        }
    }

    private static String text(String value) {
        if (value.indexOf('\0') >= 0 || value.codePoints().anyMatch(Listing::isLoneSurrogate)) {
            throw new BadCursor();
        }
        return value;
    }

    private static boolean isLoneSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    // A cursor may be forged, and PostgreSQL refuses years that an Instant can hold.
    private static Instant instant(String text) {
        var instant = Instant.parse(text);
        if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
            throw new BadCursor();
        }
        return instant;
    }
}
