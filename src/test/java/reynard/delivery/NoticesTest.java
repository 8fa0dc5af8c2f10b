package reynard.delivery;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.Notices.Queuing.Queued;
import reynard.delivery.Notices.Queuing.Suppressed;
import reynard.delivery.smtp.Relay;
import reynard.mail.EmailAddress;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class NoticesTest {
    private FakeSmtp relay;
    private String database;
    private TestServer server;
    private Mailroom mailroom;

    @BeforeEach
    void start() {
        relay = FakeSmtp.start();
        database = TestDatabase.fresh(Database::migrate);
        server = TestServer.on(database, Relay.parse(relay.url()));
        mailroom = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty());
    }

    @AfterEach
    void stop() {
        mailroom.close();
        server.close();
        relay.close();
        TestDatabase.drop(database);
    }

    private Notices.Queuing queue(Notice.Purpose purpose, String to) {
        var notice = new Notice(
                purpose,
                EmailAddress.parse(to).orElseThrow(),
                mailroom.from(),
                "Is it you?",
                "<p>Please <a href=\"https://mail.example.com/c/1\">confirm</a>.</p>",
                "Please confirm: https://mail.example.com/c/1",
                ofHours(1));
        return mailroom.database.inTx(tx -> mailroom.notices.queue(tx, mailroom.account, notice, server.now()));
    }

    private JsonNode row() {
        return server.get("/ext/v1/deliveries?kind=notice").at("/deliveries/0");
    }

    @Test
    void a_notice_arrives_as_it_was_given_and_nobody_can_leave_by_it() {
        queue(Notice.Purpose.CONFIRMATION, "reader@example.org");

        server.settle();

        var message = relay.messages().getFirst();
        assertThat(message.recipient()).contains("reader@example.org");
        assertThat(message.header("Subject")).isEqualTo("Is it you?");
        assertThat(message.header("Auto-Submitted")).isEqualTo("auto-generated");
        assertThat(message.content())
                .contains("https://mail.example.com/c/1")
                .doesNotContain("List-")
                .doesNotContain("Precedence")
                .doesNotContain("/u/");
    }

    @Test
    void a_notice_stands_in_the_ledger_with_its_kind_and_purpose_and_belongs_to_no_subscriber() {
        queue(Notice.Purpose.TEST, "author@example.org");

        server.settle();

        assertThat(row().get("kind").asText()).isEqualTo("notice");
        assertThat(row().get("purpose").asText()).isEqualTo("test");
        assertThat(row().get("recipient").asText()).isEqualTo("author@example.org");
        assertThat(row().get("state").asText()).isEqualTo("sent");
        assertThat(row().get("subscriber_id").isNull()).isTrue();
        assertThat(server.get("/ext/v1/deliveries?kind=sequence").at("/deliveries"))
                .isEmpty();
        assertThat(server.get("/v4/account/email_stats").at("/stats/sent").asInt())
                .isZero();
    }

    @Test
    void a_notice_is_given_up_after_its_own_time() {
        relay.on(Verb.RCPT, 451, "4.7.1 greylisted");
        queue(Notice.Purpose.TEST, "author@example.org");

        server.advance(ofMinutes(30));
        assertThat(row().get("state").asText()).isEqualTo("deferred");
        server.advance(ofMinutes(30));

        assertThat(row().get("state").asText()).isEqualTo("failed");
        assertThat(row().get("reason").asText()).isEqualTo("gave_up");
    }

    @Test
    void a_notice_that_could_not_be_tried_in_time_is_not_sent() {
        queue(Notice.Purpose.TEST, "author@example.org");
        mailroom.close();
        server.close();

        server = TestServer.at(database, Relay.parse(relay.url()), Instant.parse("2026-01-05T14:00:00Z"));
        server.settle();
        mailroom = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty());

        assertThat(relay.messages()).isEmpty();
        assertThat(row().get("reason").asText()).isEqualTo("gave_up");
    }

    @Test
    void a_notice_whose_server_dies_before_it_is_sent_is_sent_by_the_next() {
        queue(Notice.Purpose.INVITATION, "author@example.org");
        mailroom.close();
        server.close();

        server = TestServer.on(database, Relay.parse(relay.url()));
        mailroom = new Mailroom(server, Relay.parse(relay.url()), (_, _, _) -> Optional.empty());
        server.settle();

        assertThat(relay.messages()).hasSize(1);
    }

    @Test
    void a_notice_that_may_have_arrived_is_sent_again_byte_for_byte() {
        relay.on(Verb.DOT).storing().drops().times(1);
        queue(Notice.Purpose.TEST, "author@example.org");

        server.advance(ofMinutes(2));

        assertThat(relay.messages()).hasSize(2);
        assertThat(relay.messages().get(1).content())
                .isEqualTo(relay.messages().get(0).content());
    }

    @Test
    void nobody_who_complained_is_asked_to_confirm_whatever_a_stranger_types_in() {
        server.post("/ext/v1/suppressions", "{\"email_address\":\"Complainer@example.org\"}");

        assertThat(queue(Notice.Purpose.CONFIRMATION, "complainer@EXAMPLE.org")).isInstanceOf(Suppressed.class);
        assertThat(queue(Notice.Purpose.TEST, "complainer@example.org")).isInstanceOf(Queued.class);
    }

    @Test
    void who_is_suppressed_after_a_confirmation_was_queued_does_not_get_it() {
        queue(Notice.Purpose.CONFIRMATION, "reader@example.org");
        server.post("/ext/v1/suppressions", "{\"email_address\":\"reader@example.org\"}");

        server.settle();

        assertThat(relay.messages()).isEmpty();
        assertThat(row().get("state").asText()).isEqualTo("skipped");
        assertThat(row().get("reason").asText()).isEqualTo("suppressed");
    }

    @Test
    void a_notice_that_is_refused_for_good_fails_and_marks_nobody() {
        relay.on(Verb.RCPT, 550, "5.1.1 no such user");
        queue(Notice.Purpose.INVITATION, "gone@example.org");

        server.settle();

        assertThat(row().get("state").asText()).isEqualTo("failed");
        assertThat(server.get("/ext/v1/suppressions").at("/suppressions")).isEmpty();
    }
}
