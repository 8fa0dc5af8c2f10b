package reynard.bench;

import java.sql.Connection;
import java.sql.SQLException;

/// Brings the queues of a bench's database in line with rows that were written by hand.
final class Queues {
    private Queues() {}

    static void align(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("""
                    delete from enrollment_queue u
                     using enrollment e
                     where e.account_id = u.account_id and e.id = u.enrollment_id and e.due_at is distinct from u.due_at;
                    insert into enrollment_queue (account_id, enrollment_id, due_at)
                    select e.account_id, e.id, e.due_at
                      from enrollment e
                     where e.due_at is not null
                    on conflict do nothing;
                    insert into delivery_queue (account_id, delivery_id, kind, email_id, next_attempt_at)
                    select d.account_id, d.id, d.kind, coalesce(d.broadcast_id, d.sequence_email_id), d.next_attempt_at
                      from delivery d
                     where d.settled_at is null
                    on conflict do nothing
                    """);
        }
    }
}
