package reynard.bench;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/// Builds millions of rows with COPY.
final class Copying {
    private static final String TABLES = "'subscriber', 'enrollment', 'tagging'";

    private Copying() {}

    interface RowWriter {
        void write(StringBuilder row, long id, long i) throws SQLException;
    }

    static void copy(Connection connection, long size, long firstId, String table, RowWriter writer)
            throws SQLException {
        var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy " + table + " from stdin");
        var rows = new StringBuilder();
        for (long i = 0; i < size; i++) {
            writer.write(rows, firstId + i, i);
            if (rows.length() > 60_000 || i == size - 1) {
                var bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
                copy.writeToCopy(bytes, 0, bytes.length);
                rows.setLength(0);
            }
        }
        copy.endCopy();
    }

    /// Takes indexes and foreign keys away, which would make COPY ten times as slow, and answers how they come back.
    static List<String> stripped(Connection connection) throws SQLException {
        var restoring = new ArrayList<String>();
        var dropping = new ArrayList<String>();
        try (var statement = connection.createStatement()) {
            try (var row = statement.executeQuery("""
                    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
                     where contype = 'f' and conrelid::regclass::text in (%s)
                    """.formatted(TABLES))) {
                while (row.next()) {
                    dropping.add("alter table " + row.getString(1) + " drop constraint " + row.getString(2));
                    restoring.add("alter table " + row.getString(1) + " add constraint " + row.getString(2) + " "
                            + row.getString(3) + " not valid");
                }
            }
            try (var row = statement.executeQuery("""
                    select indexname, indexdef from pg_indexes i
                     where tablename in (%s)
                       and not exists (select from pg_constraint c where c.conname = i.indexname)
                    """.formatted(TABLES))) {
                while (row.next()) {
                    dropping.add("drop index " + row.getString(1));
                    restoring.addFirst(row.getString(2));
                }
            }
        }
        execute(connection, dropping);
        return restoring;
    }

    static void execute(Connection connection, List<String> statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
