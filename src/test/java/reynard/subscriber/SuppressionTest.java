package reynard.subscriber;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SuppressionTest {
    private static FakeSmtp relay;
    private static TestServer server;

    @BeforeAll
    static void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url()));
    }

    @AfterAll
    static void stop() {
        server.close();
        relay.close();
    }

    @BeforeEach
    void newAccount() {
        relay.behave();
        server.useKey(server.stranger());
    }

    private static TestServer.Answer suppressions(String address) {
        return server.get("/ext/v1/suppressions?email_address=" + URLEncoder.encode(address, StandardCharsets.UTF_8));
    }

    private static List<String> reasons(String address) {
        return suppressions(address).each("suppressions", "reason");
    }

    private static String state(String address) {
        return server.get("/v4/subscribers?status=all&email_address="
                        + URLEncoder.encode(address, StandardCharsets.UTF_8))
                .at("/subscribers/0/state")
                .asText();
    }

    private void bounce(String address) {
        relay.on(Verb.RCPT, 550, "5.1.1 no such user").to(address);
        server.subscriber(address, server.sequence(immediate("Hello")));
        server.settle();
    }

    @Test
    void a_hard_bounce_suppresses_the_address_with_the_words_of_the_server() {
        bounce("gone@example.org");

        var entry = suppressions("GONE@Example.org").at("/suppressions/0");
        assertThat(entry.get("reason").asText()).isEqualTo("bounced");
        assertThat(entry.get("evidence").asText()).contains("550 5.1.1 no such user");
        assertThat(entry.get("email_address").asText()).isEqualTo("gone@example.org");
    }

    @Test
    void an_unsubscription_suppresses_and_a_stronger_reason_takes_its_place() {
        var reader = server.subscriber("left@example.org");
        reader.unsubscribes();
        assertThat(reasons("left@example.org")).containsExactly("unsubscribed");

        server.post("/ext/v1/suppressions", json("{'email_address':'left@example.org','evidence':'by letter'}"));
        assertThat(reasons("left@example.org")).containsExactly("manual");
        reader.unsubscribes();
        assertThat(reasons("left@example.org")).containsExactly("manual");
    }

    @Test
    void an_address_added_by_hand_gets_no_mail_and_its_reader_leaves() {
        var reader = server.subscriber("angry@example.org", server.sequence(immediate("Hello"), days("More", 1)));
        server.settle();

        var added = server.post("/ext/v1/suppressions", json("{'email_address':'Angry@example.org'}"));
        server.advance(ofDays(3));

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.at("/suppression/subscriber_id").asLong()).isEqualTo(reader.id());
        assertThat(reader.state()).isEqualTo("cancelled");
        assertThat(reader.deliveries()).hasSize(1);
        assertThat(server.post("/ext/v1/suppressions", json("{'email_address':'nobody'}"))
                        .errors())
                .containsExactly("email_address must be an email address");
        assertThat(server.post("/ext/v1/suppressions", "{}").status()).isEqualTo(422);
    }

    @Test
    void nobody_new_with_a_suppressed_address_is_active() {
        bounce("gone2@example.org");
        var reader = server.get("/v4/subscribers?status=all&email_address=gone2@example.org")
                .at("/subscribers/0/id")
                .asLong();
        server.put("/v4/subscribers/" + reader, json("{'email_address':'new2@example.org'}"));

        server.subscriber("gone2@example.org", server.sequence(immediate("Hello")));
        server.settle();

        assertThat(state("gone2@example.org")).isEqualTo("bounced");
        assertThat(relay.messages()).noneMatch(message -> message.recipient().contains("gone2@"));
    }

    @Test
    void who_takes_a_suppressed_address_gets_no_mail() {
        server.post("/ext/v1/suppressions", json("{'email_address':'trap@example.org'}"));
        var reader = server.subscriber("fine@example.org", server.sequence(immediate("Hello"), days("More", 1)));

        var changed = server.put("/v4/subscribers/" + reader.id(), json("{'email_address':'trap@example.org'}"));
        server.advance(ofDays(3));

        assertThat(changed.at("/subscriber/state").asText()).isEqualTo("cancelled");
        assertThat(relay.messages()).noneMatch(message -> message.recipient().contains("trap@"));
    }

    @Test
    void an_address_that_is_suppressed_behind_our_back_is_not_mailed_all_the_same() throws SQLException {
        var reader = server.subscriber("hidden@example.org", server.sequence(immediate("Hello")));
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.prepareStatement("""
                        insert into suppression (account_id, id, address, reason, evidence, created_at)
                        select s.account_id, 999999999, 'hidden@example.org', 'complained', '', s.created_at
                          from subscriber s where s.id = ?
                        """)) {
            statement.setLong(1, reader.id());
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }

        server.settle();

        assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("scheduled");
        assertThat(relay.messages()).noneMatch(message -> message.recipient().contains("hidden@"));
    }

    @Test
    void taking_a_bounced_address_off_is_written_down_and_lets_it_be_mailed_again() {
        bounce("back@example.org");
        var id = suppressions("back@example.org").at("/suppressions/0/id").asLong();

        var removed = server.delete("/ext/v1/suppressions/" + id + "?note=they+called");

        assertThat(removed.status()).isEqualTo(204);
        assertThat(reasons("back@example.org")).isEmpty();
        assertThat(state("back@example.org")).isEqualTo("active");
        var logged = server.get("/ext/v1/suppressions/removals").at("/removals/0");
        assertThat(logged.get("email_address").asText()).isEqualTo("back@example.org");
        assertThat(logged.get("note").asText()).isEqualTo("they called");
        assertThat(logged.get("evidence").asText()).contains("5.1.1");
        assertThat(server.delete("/ext/v1/suppressions/" + id).status()).isEqualTo(404);

        relay.behave();
        server.subscriber("back@example.org", server.sequence(immediate("Again")));
        server.settle();
        assertThat(relay.messages()).anyMatch(message -> message.content().contains("Subject: Again"));
    }

    @Test
    void who_left_does_not_come_back_when_their_address_is_taken_off() {
        var reader = server.subscriber("left3@example.org");
        reader.unsubscribes();
        var id = suppressions("left3@example.org").at("/suppressions/0/id").asLong();

        server.delete("/ext/v1/suppressions/" + id);

        assertThat(reader.state()).isEqualTo("cancelled");
    }

    @Test
    void another_account_sees_and_removes_nothing_of_it() {
        server.subscriber("left4@example.org").unsubscribes();
        var id = suppressions("left4@example.org").at("/suppressions/0/id").asLong();

        server.useKey(server.stranger());

        assertThat(reasons("left4@example.org")).isEmpty();
        assertThat(server.delete("/ext/v1/suppressions/" + id).status()).isEqualTo(404);
        assertThat(server.subscriber("left4@example.org").state()).isEqualTo("active");
    }
}
