package reynard.faults;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.util.HashSet;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.DatabaseLine;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

/// Where between the claim of an email and the record of its end a server is killed.
enum CrashPoint {
    BEFORE_CLAIM_COMMIT {
        @Override
        Runnable arm(DatabaseLine line, FakeSmtp relay) {
            return line.onCommitOf(CLAIM).holdsBefore()::awaitReached;
        }
    },
    AFTER_CLAIM_COMMIT {
        @Override
        Runnable arm(DatabaseLine line, FakeSmtp relay) {
            return line.onCommitOf(CLAIM).holdsAfter()::awaitReached;
        }
    },
    BEFORE_MARK {
        @Override
        Runnable arm(DatabaseLine line, FakeSmtp relay) {
            return line.on(MARK).holdsBefore()::awaitReached;
        }
    },
    AFTER_MARK {
        @Override
        Runnable arm(DatabaseLine line, FakeSmtp relay) {
            return line.onCommitOf(MARK).holdsAfter()::awaitReached;
        }
    },
    AFTER_DOT {
        @Override
        Runnable arm(DatabaseLine line, FakeSmtp relay) {
            relay.on(Verb.DOT).storing().staysSilent();
            return () -> relay.awaitMessages(1);
        }
    },
    AFTER_REPLY {
        @Override
        Runnable arm(DatabaseLine line, FakeSmtp relay) {
            return line.onCommitOf(RESULT).holdsBefore()::awaitReached;
        }
    },
    AFTER_COMMIT {
        @Override
        Runnable arm(DatabaseLine line, FakeSmtp relay) {
            return line.onCommitOf(RESULT).holdsAfter()::awaitReached;
        }
    };

    // How the statements of a send are known from each other.
    private static final String CLAIM = "set owner = ";
    private static final String MARK = "set at_dot = true";
    private static final String RESULT = "into attempt";

    /// Prepares the moment; what it answers waits for it.
    abstract Runnable arm(DatabaseLine line, FakeSmtp relay);

    /// Whether nobody can know if the email arrived.
    boolean isNamed() {
        return this == AFTER_MARK || this == AFTER_DOT || this == AFTER_REPLY;
    }

    int copiesMax() {
        return isNamed() ? 2 : 1;
    }

    /// @param copies of the email at whose sending the server was killed
    /// @param distinct how many different ones
    /// @param nextArrived whether the reader has got the email after it, once
    record Result(int copies, int distinct, String state, boolean namedUncertain, boolean nextArrived) {
        boolean holds(CrashPoint point) {
            return copies >= 1
                    && copies <= point.copiesMax()
                    && distinct == 1
                    && state.equals("sent")
                    && namedUncertain == point.isNamed()
                    && nextArrived;
        }
    }

    /// Kills a server there, starts another, and looks what came.
    Result crash() {
        var database = TestDatabase.fresh(Database::migrate);
        try (var relay = FakeSmtp.start();
                var line = DatabaseLine.to(database)) {
            TestServer.Reader reader;
            try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
                reader = server.subscriber(
                        "reader@example.org", server.sequence(immediate("First"), hours("Second", 1)));
            }
            Course.sendAndKill(line, relay, () -> arm(line, relay));
            relay.behave();
            try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
                server.settle();
                server.advance(ofMinutes(2));
                server.advance(ofHours(2));
                var rows = server.get("/ext/v1/deliveries?subscriber_id=" + reader.id())
                        .at("/deliveries");
                var first = rows.get(rows.size() - 1);
                var copies = relay.messages().stream()
                        .filter(mail -> mail.header("Subject").equals("First"))
                        .map(FakeSmtp.Received::content)
                        .toList();
                return new Result(
                        copies.size(),
                        new HashSet<>(copies).size(),
                        first.get("state").asText(),
                        !first.get("uncertain_at").isNull(),
                        relay.messages().size() == copies.size() + 1);
            }
        } finally {
            TestDatabase.drop(database);
        }
    }
}
