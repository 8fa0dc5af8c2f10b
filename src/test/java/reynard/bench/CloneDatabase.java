package reynard.bench;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import reynard.testing.TestDatabase;

/// How long a test waits for its database: the time of each of a number of clones of one template, in milliseconds,
/// against the time of a bare connection in the same run.
final class CloneDatabase {
    private static final int TIMES = 40;

    private CloneDatabase() {}

    public static void main(String[] arguments) throws Exception {
        var clones = new double[TIMES];
        var connections = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            var start = System.nanoTime();
            var url = TestDatabase.fresh(CloneDatabase::migrate);
            clones[i] = (System.nanoTime() - start) / 1e6;
            start = System.nanoTime();
            DriverManager.getConnection(url).close();
            connections[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(clones);
        Arrays.sort(connections);
        System.out.printf(
                "clone: median %.1f ms, slowest but one %.1f ms; connection: median %.1f ms; ratio %.1f%n",
                clones[TIMES / 2],
                clones[TIMES - 2],
                connections[TIMES / 2],
                clones[TIMES / 2] / connections[TIMES / 2]);
    }

    private static void migrate(String url) {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            for (int table = 0; table < 40; table++) {
                statement.execute("create table t%d (id bigint primary key, name text unique)".formatted(table));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
