package reynard.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/// Brings the queues of a database in line with rows that were written by hand.
public final class Queues {
    private Queues() {}

    public static void align(Connection connection) throws SQLException {
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

    /// People who have joined and to whom the first email is due. Their ids lie far above those that the server gives
    /// out.
    ///
    /// @param from how many there are before
    public static void due(String jdbcUrl, long sequence, int from, int count) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl)) {
            try (var statement = connection.createStatement()) {
                statement.execute("""
                        insert into subscriber (account_id, id, email_address, first_name, state, state_changed_at, fields,
                                                created_at, updated_at)
                        select a.id, 1000000000 + i, 'reader' || i || '@example.org', 'Reader' || i, 'active', now(),
                               coalesce((select jsonb_object_agg(f.id::text, f.key || i) from custom_field f), '{}'),
                               now(), now()
                          from account a, generate_series(%2$d, %3$d) i;
                        insert into enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,
                                                anchor_at, next_email_id, plan_version, created_at)
                        select a.id, 2000000000 + i, q.id, 1000000000 + i, 1, 'api', now(), 'sending', now(),
                               (select min(e.id) from sequence_email e where e.sequence_id = q.id), q.plan_version, now()
                          from account a join sequence q on q.id = %1$d, generate_series(%2$d, %3$d) i;
                        insert into delivery (account_id, id, kind, enrollment_id, run, sequence_id, sequence_email_id,
                                              subscriber_id, token, message_id, state, due_at, created_at, next_attempt_at)
                        select e.account_id, e.id + 1000000000, 'sequence', e.id, 1, e.sequence_id, e.next_email_id,
                               e.subscriber_id,
                               translate(left(encode(sha256(('t' || e.id)::bytea), 'base64'), 21), '+/', '-_') || 'A',
                               translate(left(encode(sha256(('m' || e.id)::bytea), 'base64'), 21), '+/', '-_') || 'A',
                               'scheduled', now(), now(), now()
                          from enrollment e
                         where e.sequence_id = %1$d;
                        """.formatted(sequence, from + 1, from + count));
            }
            align(connection);
        }
    }
}
