package reynard.delivery;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reynard.delivery.smtp.Relay;
import reynard.mail.EmailAddress;
import reynard.testing.FakeSmtp;
import reynard.testing.TestServer;

/// For tests of a ledger without broadcasts: for each a server, a relay of both, and a mailroom beside the server.
abstract class MailroomWithRelay {
    FakeSmtp relay;
    TestServer server;
    Mailroom room;

    @BeforeEach
    void open() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url()));
        room = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty());
    }

    /// A notice that waits to be sent.
    void queueNotice(String to) {
        var notice = new Notice(
                Notice.Purpose.TEST,
                EmailAddress.parse(to).orElseThrow(),
                room.from(),
                "Test",
                "<p>Test</p>",
                "Test",
                Duration.ofHours(1));
        room.database.inTx(tx -> room.notices.queue(tx, room.account, notice, room.now));
    }

    @AfterEach
    void close() {
        room.close();
        server.close();
        relay.close();
    }
}
