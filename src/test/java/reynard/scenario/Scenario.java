package reynard.scenario;

import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Mail;

/// A server for each test, on an empty database and on Monday, 5 January 2026, at noon. Unless a test says
/// otherwise, its sequences send on every day at nine in UTC.
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class Scenario {
    @SuppressWarnings("NullAway.Init") // JUnit starts it.
    TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// The server goes and another one comes.
    void restartWith(TestServer another) {
        server.close();
        server = another;
    }

    /// An email of January 2026, in UTC.
    static Mail mail(String subject, String dayAndTime) {
        return new Mail(subject, at(dayAndTime));
    }

    /// An instant of January 2026, such as `06T09:00`.
    static Instant at(String dayAndTime) {
        return Instant.parse("2026-01-" + dayAndTime + ":00Z");
    }

    void advanceTo(String dayAndTime) {
        server.advanceTo(at(dayAndTime).toString());
    }
}
