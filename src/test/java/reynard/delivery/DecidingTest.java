package reynard.delivery;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;
import reynard.testing.TestServer.Reader;

/// What a person decides about what the server could not decide itself.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecidingTest {
    private FakeSmtp relay;
    private TestServer server;
    private int readers;

    @BeforeAll
    void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url()));
    }

    @AfterAll
    void stop() {
        server.close();
        relay.close();
    }

    @BeforeEach
    void behave() {
        relay.behave();
    }

    private Reader reader(TestServer.Sequence sequence) {
        return server.subscriber("reader" + readers++ + "@example.org", sequence);
    }

    private TestServer.Sequence holding() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 1));
        server.put("/ext/v1/sequences/" + sequence.id(), json("{'on_uncertain':'hold'}"));
        return sequence;
    }

    private static String state(Reader reader) {
        return reader.deliveries().getFirst().get("state").asText();
    }

    private Answer decide(Reader reader, String verdict, String body) {
        var id = reader.deliveries().getFirst().get("id").asLong();
        return server.post("/ext/v1/deliveries/" + id + "/" + verdict, json(body));
    }

    private long copies(Reader reader) {
        return relay.messages().stream()
                .filter(mail -> mail.recipient().equals(reader.email()))
                .count();
    }

    @Test
    void a_held_email_that_is_sent_again_goes_out_with_the_same_bytes_and_its_reader_goes_on() {
        relay.on(Verb.DOT).storing().drops().times(1);
        var reader = reader(holding());
        server.settle();
        assertThat(state(reader)).isEqualTo("held");

        var answer = decide(reader, "resend", "{'note':'  not in the log of the relay '}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/delivery/state").asText()).isEqualTo("uncertain");
        assertThat(answer.at("/delivery/decisions/0/verdict").asText()).isEqualTo("resend");
        assertThat(answer.at("/delivery/decisions/0/state").asText()).isEqualTo("held");
        assertThat(answer.at("/delivery/decisions/0/reason").asText()).isEqualTo("uncertain");
        assertThat(answer.at("/delivery/decisions/0/note").asText()).isEqualTo("not in the log of the relay");
        server.settle();
        assertThat(state(reader)).isEqualTo("sent");
        var contents = relay.messages().stream()
                .filter(mail -> mail.recipient().equals(reader.email()))
                .map(FakeSmtp.Received::content)
                .toList();
        assertThat(contents).hasSize(2);
        assertThat(contents.getFirst()).isEqualTo(contents.getLast());
        server.advance(ofDays(2));
        assertThat(copies(reader)).isEqualTo(3);
    }

    @Test
    void a_held_email_that_is_left_is_done_and_its_reader_goes_on_from_then() {
        relay.on(Verb.DOT).storing().drops().times(1);
        var sequence = holding();
        var reader = reader(sequence);
        server.settle();

        var answer = decide(reader, "leave", "{}");

        assertThat(answer.at("/delivery/state").asText()).isEqualTo("skipped");
        assertThat(answer.at("/delivery/reason").asText()).isEqualTo("left_by_hand");
        assertThat(answer.at("/delivery/detail/was").asText()).isEqualTo("held");
        assertThat(answer.at("/delivery/decisions/0/note").isNull()).isTrue();
        server.advance(ofDays(2));
        assertThat(copies(reader)).isEqualTo(2);
        assertThat(server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id())
                        .raw()
                        .body())
                .contains("left_by_hand")
                .contains("somebody has decided to leave it as it was");
    }

    @Test
    void what_is_uncertain_and_waits_to_be_sent_again_can_be_left_at_once() {
        relay.on(Verb.DOT).storing().drops().times(1);
        var reader = reader(server.sequence(immediate("Hello")));
        server.settle();
        assertThat(state(reader)).isEqualTo("uncertain");

        assertThat(decide(reader, "leave", "{}").at("/delivery/state").asText()).isEqualTo("skipped");

        server.advance(ofDays(1));
        assertThat(copies(reader)).isEqualTo(1);
    }

    @Test
    void an_email_that_could_not_be_made_is_written_anew_when_it_is_sent_again() {
        var sequence = server.sequence(immediate("Broken").saying("<p>{{ 1 | divided_by: 0 }}</p>"));
        var reader = reader(sequence);
        server.settle();
        assertThat(state(reader)).isEqualTo("held");

        sequence.changeEmail("Broken", "{'content':'<p>Mended</p>'}");
        assertThat(decide(reader, "resend", "{}").at("/delivery/state").asText())
                .isEqualTo("scheduled");

        server.settle();
        assertThat(state(reader)).isEqualTo("sent");
        assertThat(relay.messages().getLast().content()).contains("Mended");
    }

    @Test
    void who_has_left_gets_nothing_whatever_is_decided() {
        relay.on(Verb.DOT).storing().drops().times(1);
        var reader = reader(holding());
        server.settle();
        reader.unsubscribes();

        var answer = decide(reader, "resend", "{}");

        assertThat(answer.at("/delivery/state").asText()).isEqualTo("skipped");
        assertThat(answer.at("/delivery/reason").asText()).isEqualTo("unsubscribed");
        server.advance(ofDays(1));
        assertThat(copies(reader)).isEqualTo(1);
    }

    @Test
    void nothing_is_decided_about_what_is_done_and_nothing_about_what_is_not_there() {
        var reader = reader(server.sequence(immediate("Hello")));
        server.settle();

        for (var verdict : new String[] {"resend", "leave"}) {
            var answer = decide(reader, verdict, "{}");
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.errors())
                    .containsExactly("only what is uncertain or held is decided by hand: the delivery is sent");
            assertThat(decide(reader, verdict, "{'note':5}").status()).isEqualTo(422);
            assertThat(server.post("/ext/v1/deliveries/4711/" + verdict, "{}").status())
                    .isEqualTo(404);
        }
        assertThat(copies(reader)).isEqualTo(1);
    }

    @Test
    void an_account_may_hold_what_is_uncertain_of_its_broadcasts_and_notices() {
        server.put("/ext/v1/account", json("{'on_uncertain':'hold'}"));
        assertThat(server.get("/ext/v1/account").at("/account/on_uncertain").asText())
                .isEqualTo("hold");
        relay.on(Verb.DOT).storing().drops().to("only@").times(1);
        relay.on(Verb.DOT).storing().drops().to("author@").times(1);
        var reader = server.subscriber("only@example.org");
        var sequence = server.sequence(immediate("Hello"));

        server.post(
                "/v4/broadcasts",
                json("{'subject':'News','content':'<p>News</p>','public':false,'send_at':'" + server.now() + "'}"));
        server.post("/ext/v1/sequences/" + sequence.id() + "/emails/" + sequence.email("Hello") + "/test", "{}");
        server.settle();

        assertThat(server.get("/ext/v1/deliveries?state=held&kind=broadcast").at("/deliveries"))
                .hasSize(1);
        assertThat(server.get("/ext/v1/deliveries?state=held&kind=notice").at("/deliveries"))
                .hasSize(1);
        assertThat(decide(reader, "leave", "{}").at("/delivery/state").asText()).isEqualTo("skipped");
        server.put("/ext/v1/account", json("{'on_uncertain':'resend'}"));
    }
}
