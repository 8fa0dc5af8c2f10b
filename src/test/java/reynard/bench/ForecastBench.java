package reynard.bench;

import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import reynard.testing.Queues;
import reynard.testing.TestServer;

/// How long the forecast of a sequence with 100,000 people takes, and the impact of an edit on them, over HTTP; in
/// milliseconds, against counting the same people in one plain statement.
final class ForecastBench {
    private static final int PEOPLE = 100_000;
    private static final int TIMES = 7;

    private ForecastBench() {}

    public static void main(String[] arguments) throws Exception {
        try (var server = TestServer.start().unaudited()) {
            var tag = server.tag("Customer");
            var sequence = server.sequence(
                    immediate("One"), days("Two", 2), hours("Three", 30), days("Four", 3), days("Five", 7));
            sequence.change(TestServer.json("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}"));
            server.subscriber("first@example.org", sequence);
            server.settle();
            try (var connection = DriverManager.getConnection(server.databaseUrl());
                    var statement = connection.createStatement()) {
                fill(statement, sequence.id(), tag);
                var path = "/ext/v1/sequences/" + sequence.id();
                print(
                        "count(*)",
                        () -> statement.execute("select state, count(*) from enrollment where sequence_id = "
                                + sequence.id() + " group by 1"));
                print("forecast", () -> check(server.get(path + "/forecast?days=366")));
                print("impact", () -> check(server.post(path + "/impact", "{\"send_hour\":15}")));
                sequence.change("{'send_hour':17}");
                print("forecast, nobody re-planned yet", () -> check(server.get(path + "/forecast?days=366")));
            }
        }
    }

    /// Each entered at a second of their own and waits for the second email; one in twenty is excluded.
    private static void fill(java.sql.Statement statement, long sequence, long tag) throws SQLException {
        var account = "(select min(id) from account)";
        statement.execute("""
                insert into subscriber (account_id, id, email_address, state, state_changed_at, created_at, updated_at)
                select %s, 10000000 + n, 'reader' || n || '@example.net', 'active', t, t, t
                  from generate_series(1, %d) n, (values ('2026-01-05T12:00:00Z'::timestamptz)) v (t)
                """.formatted(account, PEOPLE));
        statement.execute("""
                insert into enrollment
                       (account_id, id, sequence_id, subscriber_id, run, source, added_at, state, last_email_id,
                        anchor_at, next_email_id, due_at, tzdata, plan_version, created_at)
                select e.account_id, 10000000 + n, e.sequence_id, 10000000 + n, 1, 'api', e.added_at, 'waiting',
                       e.last_email_id, e.anchor_at - n * interval '1 second', e.next_email_id,
                       e.due_at + n %% 3 * interval '1 day', e.tzdata, e.plan_version, e.created_at
                  from enrollment e, generate_series(1, %d) n
                 where e.sequence_id = %d and e.id < 10000000
                """.formatted(PEOPLE, sequence));
        statement.execute("""
                insert into delivery
                       (account_id, id, enrollment_id, run, sequence_id, sequence_email_id, subscriber_id, token,
                        message_id, kind, state, due_at, created_at, marked_at, settled_at)
                select account_id, id, id, 1, sequence_id, last_email_id, subscriber_id, 't' || id, 'm' || id, 'sequence', 'sent',
                       added_at, added_at, added_at, added_at
                  from enrollment where id > 10000000
                """);
        statement.execute("""
                insert into tagging (account_id, tag_id, subscriber_id, id, tagged_at)
                select %s, %d, 10000000 + n, n, '2026-01-05T12:00:00Z' from generate_series(1, %d, 20) n
                """.formatted(account, tag, PEOPLE));
        Queues.align(statement.getConnection());
        statement.execute("analyze");
    }

    private static void check(TestServer.Answer answer) {
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.raw().body());
        }
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static void print(String name, Work work) throws SQLException {
        var millis = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            long start = System.nanoTime();
            work.run();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        double first = millis[0];
        Arrays.sort(millis);
        System.out.printf(
                "%s: first %.0f ms, median %.0f ms, slowest %.0f ms%n",
                name, first, millis[TIMES / 2], millis[TIMES - 1]);
    }
}
