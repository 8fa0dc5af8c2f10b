package reynard.scenario;

import java.sql.DriverManager;
import java.sql.SQLException;

/// What would take long over HTTP, or cannot be done there.
final class Sql {
    private Sql() {}

    static void run(String databaseUrl, String statement) {
        try (var connection = DriverManager.getConnection(databaseUrl);
                var update = connection.createStatement()) {
            update.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static long count(String databaseUrl, String query) {
        try (var connection = DriverManager.getConnection(databaseUrl);
                var rows = connection.createStatement().executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// More active people in the account of the subscriber who came last, as `p1@example.org` and so on.
    static void people(String databaseUrl, int count) {
        run(databaseUrl, """
                insert into subscriber (account_id, id, email_address, state, fields, created_at, updated_at,
                                        state_changed_at)
                select s.account_id, b.next + n, 'p' || n || '@example.org', 'active', '{}', s.created_at,
                       s.updated_at, s.state_changed_at
                  from (select * from subscriber order by id desc limit 1) s, id_block b,
                       generate_series(1, %1$d) n;
                update id_block set next = next + %1$d + 1
                """.formatted(count));
    }
}
