package reynard.delivery;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SendingTest {
    private FakeSmtp relay;
    private TestServer server;

    @BeforeEach
    void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url()));
    }

    @AfterEach
    void stop() {
        server.close();
        relay.close();
    }

    @Test
    void an_email_arrives_with_the_headers_of_a_list_and_one_click_to_leave() {
        server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();

        var message = relay.messages().getFirst();
        assertThat(message.recipient()).contains("reader@example.org");
        assertThat(message.header("List-Unsubscribe")).startsWith("<https://mail.example.com/u/");
        assertThat(message.header("List-Unsubscribe-Post")).isEqualTo("List-Unsubscribe=One-Click");
        assertThat(message.header("List-Id")).contains("Sequence");
        assertThat(message.header("Message-ID"))
                .matches("<[0-9a-z]{13}[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]{8}@example.com>");
        assertThat(message.content()).contains("multipart/alternative").contains("1 Tea Street");
    }

    @Test
    void a_temporary_refusal_is_tried_again_and_leaves_the_reader_as_they_are() {
        relay.on(Verb.RCPT, 451, "4.7.1 greylisted").times(1);
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();
        assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("deferred");
        assertThat(reader.deliveries().getFirst().get("reply").asText()).contains("greylisted");

        server.advance(ofMinutes(15));
        assertThat(relay.messages()).hasSize(1);
        assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("sent");
        assertThat(reader.deliveries().getFirst().get("attempts").asInt()).isEqualTo(2);
        assertThat(reader.state()).isEqualTo("active");
    }

    @Test
    void an_address_that_does_not_exist_bounces_its_reader_and_stops_nobody_else() {
        relay.on(Verb.RCPT, 550, "5.1.1 no such user").to("gone@");
        var sequence = server.sequence(immediate("Hello"), days("Tips", 1));
        var gone = server.subscriber("gone@example.org", sequence);
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(3));

        assertThat(gone.state()).isEqualTo("bounced");
        assertThat(gone.deliveries()).singleElement().satisfies(delivery -> {
            assertThat(delivery.get("state").asText()).isEqualTo("failed");
            assertThat(delivery.get("reason").asText()).isEqualTo("bounced");
        });
        assertThat(relay.messages())
                .hasSize(2)
                .allSatisfy(mail -> assertThat(mail.recipient()).contains(reader.email()));
    }

    @Test
    void a_refusal_that_blames_the_sender_never_marks_the_reader() {
        relay.on(Verb.MAIL, 550, "5.7.26 unauthenticated email from example.com is not accepted");
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();

        assertThat(reader.state()).isEqualTo("active");
        assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("deferred");
    }

    @Test
    void a_line_that_breaks_before_the_dot_leaves_one_copy() {
        relay.on(Verb.DATA).drops().times(1);
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.advance(ofMinutes(20));

        assertThat(relay.messages()).hasSize(1);
        assertThat(reader.deliveries().getFirst().get("uncertain_at").isNull()).isTrue();
    }

    @Test
    void a_line_that_breaks_after_the_dot_is_named_uncertain_and_the_second_copy_is_the_first_byte_for_byte() {
        relay.on(Verb.DOT).storing().drops().times(1);
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();
        assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("uncertain");
        assertThat(server.get("/ext/v1/deliveries?state=uncertain").at("/deliveries"))
                .hasSize(1);

        server.advance(ofMinutes(2));
        assertThat(relay.messages()).hasSize(2);
        assertThat(relay.messages().get(1).content())
                .isEqualTo(relay.messages().get(0).content());
        assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("sent");
        assertThat(reader.deliveries().getFirst().get("uncertain_at").isNull()).isFalse();
    }

    @Test
    void who_leaves_while_their_email_is_on_its_way_gets_none_when_the_dot_is_not_yet_sent() throws Exception {
        var open = new CountDownLatch(1);
        var begun = relay.on(Verb.MAIL, 250, "2.1.0 ok");
        relay.on(Verb.RCPT).after(open).times(1);
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        var sending = CompletableFuture.runAsync(() -> server.settle());
        begun.awaitAnswered();
        reader.unsubscribes();
        open.countDown();
        sending.get();

        assertThat(relay.messages()).isEmpty();
        assertThat(reader.deliveries()).singleElement().satisfies(delivery -> {
            assertThat(delivery.get("state").asText()).isEqualTo("skipped");
            assertThat(delivery.get("reason").asText()).isEqualTo("unsubscribed");
        });
    }

    @Test
    void a_template_that_cannot_be_rendered_holds_its_email_with_the_line_and_column() {
        var sequence = server.sequence(immediate("Broken").saying("<p>\n{{ 1 | divided_by: 0 }}</p>"), days("Next", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(2));

        assertThat(relay.messages()).isEmpty();
        assertThat(reader.deliveries()).singleElement().satisfies(delivery -> {
            assertThat(delivery.get("state").asText()).isEqualTo("held");
            assertThat(delivery.get("reason").asText()).isEqualTo("template_error");
            assertThat(delivery.get("reply").asText()).startsWith("content line 2, column ");
        });
    }

    @Test
    void no_mail_of_a_list_leaves_without_a_postal_address_and_all_of_it_goes_on_with_one() {
        server.put("/ext/v1/account", "{\"postal_address\":null}");
        var sequence = server.sequence(immediate("Hello"), days("Next", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(2));

        assertThat(relay.messages()).isEmpty();
        assertThat(reader.deliveries().getFirst().get("state").asText()).isEqualTo("scheduled");
        var why = server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id());
        assertThat(why.raw().body()).contains("no_postal_address").contains("the account has no postal address");

        server.put("/ext/v1/account", "{\"postal_address\":\"2 Tea Street\"}");
        server.settle();
        assertThat(relay.messages())
                .singleElement()
                .satisfies(mail -> assertThat(mail.content()).contains("2 Tea Street"));
        server.advance(ofDays(2));
        assertThat(relay.messages()).hasSize(2);
    }

    @Test
    void a_relay_that_is_down_keeps_the_mail_and_gets_it_when_it_is_back() {
        relay.on(Verb.GREETING, 421, "4.3.2 not now").times(1);
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();
        assertThat(relay.messages()).isEmpty();
        server.advance(ofMinutes(10));

        assertThat(relay.messages()).hasSize(1);
        assertThat(reader.deliveries().getFirst().get("attempts").asInt()).isEqualTo(2);
    }

    @Test
    void each_delivery_shows_all_its_attempts_with_the_servers_words() {
        relay.on(Verb.RCPT, 451, "4.7.1 greylisted").times(1);
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.advance(ofMinutes(15));

        var id = reader.deliveries().getFirst().get("id").asLong();
        var attempts = server.get("/ext/v1/deliveries/" + id).at("/delivery/attempt_log");
        assertThat(attempts).hasSize(2);
        assertThat(attempts.at("/0/outcome").asText()).isEqualTo("deferred");
        assertThat(attempts.at("/0/stage").asText()).isEqualTo("rcpt");
        assertThat(attempts.at("/1/outcome").asText()).isEqualTo("accepted");
    }
}
