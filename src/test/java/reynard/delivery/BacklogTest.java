package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.Browser;
import reynard.testing.FakeSmtp.Verb;

/// When all that is due will have gone out (R15).
@DisplayNameGeneration(ReplaceUnderscores.class)
class BacklogTest extends MailroomWithRelay {
    private void queue(int notices) {
        for (int i = 0; i < notices; i++) {
            queueNotice("author" + i + "@example.org");
        }
    }

    private String page() {
        var browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
        return browser.page("/sending/health")
                .select("section[aria-labelledby=h-relay]")
                .text();
    }

    @Test
    void it_lasts_as_long_as_it_takes_at_the_pace_of_the_last_minute() {
        assertThat(room.deliveries.backlog(room.account, room.now)).isEqualTo(new Backlog(0, 0));
        assertThat(page()).doesNotContain("due");

        queue(3);
        assertThat(page()).contains("3 emails are due, and none went out in the last minute.");
        room.send();
        queue(7);

        var backlog = room.deliveries.backlog(room.account, room.now);
        assertThat(backlog).isEqualTo(new Backlog(7, 3));
        assertThat(backlog.lasts()).contains(Duration.ofSeconds(140));
        assertThat(page())
                .contains("7 emails are due, and 3 went out in the last minute: at this pace the last one goes out");
        assertThat(room.deliveries.backlog(room.account, room.now.plusSeconds(60)))
                .isEqualTo(new Backlog(7, 0));
    }

    @Test
    void what_a_paused_sequence_keeps_is_not_due() {
        var sequence = server.sequence(immediate("Hello"));
        relay.on(Verb.RCPT, 451, "4.7.1 later");
        server.subscriber("reader@example.org", sequence);
        server.settle();
        var later = room.now.plus(Duration.ofDays(1));
        assertThat(room.deliveries.backlog(room.account, later).due()).isOne();

        sequence.change("{\"active\":false}");

        assertThat(room.deliveries.backlog(room.account, later).due()).isZero();
    }
}
