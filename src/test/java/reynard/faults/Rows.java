package reynard.faults;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A look into the database beside the server, and the hand that makes time pass in it.
final class Rows implements AutoCloseable {
    private final Connection connection;

    Rows(String jdbcUrl) {
        try {
            connection = DriverManager.getConnection(jdbcUrl);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same of a database that was killed a moment ago. Its server may still answer from connections that have not
    /// noticed, while no new one is taken.
    static Rows onceBack(String jdbcUrl, Duration within) {
        var end = System.nanoTime() + within.toNanos();
        while (true) {
            try {
                return new Rows(jdbcUrl);
            } catch (IllegalStateException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Course.pause(Duration.ofMillis(100));
            }
        }
    }

    /// Each row's values as text, null as the empty text.
    synchronized List<List<String>> read(String sql) {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var all = new ArrayList<List<String>>();
            while (rows.next()) {
                var values = new ArrayList<String>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    var value = rows.getString(i);
                    values.add(value == null ? "" : value);
                }
                all.add(values);
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    long number(String sql) {
        return Long.parseLong(read(sql).getFirst().getFirst());
    }

    synchronized int write(String sql) {
        try (var statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /// Whoever waits for their next email is due now, as if the time until then had passed.
    int hoursPass() {
        return write("with due as (update enrollment set due_at = now() where state = 'waiting' and due_at > now()"
                + " returning account_id, id, due_at)"
                + " update enrollment_queue u set due_at = d.due_at from due d"
                + " where u.account_id = d.account_id and u.enrollment_id = d.id");
    }

    /// Whatever waits to be tried again may be now.
    int minutesPass() {
        return write("with due as (update delivery set next_attempt_at = now()"
                + " where state in ('scheduled', 'deferred', 'uncertain') and next_attempt_at > now()"
                + " returning account_id, id, next_attempt_at)"
                + " update delivery_queue u set next_attempt_at = d.next_attempt_at from due d"
                + " where u.account_id = d.account_id and u.delivery_id = d.id");
    }

    /// How much is not yet at an end, but for what is held for a person.
    long open() {
        return number("select (select count(*) from enrollment n where n.state in ('waiting', 'sending')"
                + " and not exists (select from delivery d where d.account_id = n.account_id"
                + " and d.enrollment_id = n.id and d.state = 'held'))"
                + " + (select count(*) from delivery"
                + " where state in ('scheduled', 'deferred', 'uncertain'))");
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
