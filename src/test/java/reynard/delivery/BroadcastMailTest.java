package reynard.delivery;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static reynard.testing.TestServer.immediate;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.event.Event;
import reynard.id.BroadcastId;
import reynard.id.SubscriberId;
import reynard.template.EmailRenderer;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BroadcastMailTest {
    private static final BroadcastId BROADCAST = new BroadcastId(77);
    private static final int CONNECTIONS = 2;

    private final AtomicBoolean cancelled = new AtomicBoolean();
    private FakeSmtp relay;
    private TestServer server;
    private Mailroom mailroom;

    @BeforeEach
    void start() {
        relay = FakeSmtp.start();
        // The broadcasts here are in the ledger alone.
        server = TestServer.with(Relay.parse(relay.url())).unaudited();
        mailroom = new Mailroom(
                server,
                Relay.parse(relay.url() + "?connections=" + CONNECTIONS),
                (_, _, broadcast) -> cancelled.get()
                        ? Optional.empty()
                        : Optional.of(new BroadcastWriter.Draft(
                                Optional.empty(),
                                new EmailRenderer.Source(
                                        "News " + broadcast.value(),
                                        "",
                                        "<p>Dear {{ subscriber.email_address }}</p>",
                                        "<html><body>{{ message_content }}</body></html>"))));
    }

    @AfterEach
    void stop() {
        mailroom.close();
        server.close();
        relay.close();
    }

    private int queue(TestServer.Reader... readers) {
        var ids = Arrays.stream(readers)
                .map(reader -> new SubscriberId(reader.id()))
                .toList();
        return mailroom.database.inTx(tx ->
                mailroom.deliveries.queue(tx, mailroom.account, BROADCAST, ids, Map.of(), server.now(), server.now()));
    }

    private Map<Delivery.State, Long> states() {
        return mailroom.database.inTx(tx -> mailroom.deliveries.ofBroadcast(tx, mailroom.account, BROADCAST));
    }

    @Test
    void a_broadcast_goes_to_each_reader_with_their_values_and_a_way_out() {
        var one = server.subscriber("one@example.org");
        var two = server.subscriber("two@example.org");
        queue(one, two);

        mailroom.send();

        assertThat(relay.messages()).hasSize(2).allSatisfy(message -> {
            assertThat(message.header("Subject")).isEqualTo("News 77");
            assertThat(message.header("List-Unsubscribe")).startsWith("<https://mail.example.com/u/");
            assertThat(message.header("Feedback-ID")).contains(":broadcast:");
        });
        assertThat(relay.messages())
                .anySatisfy(message -> assertThat(message.content()).contains("Dear one@example.org"));
        assertThat(states()).isEqualTo(Map.of(Delivery.State.SENT, 2L));
        assertThat(mailroom.news)
                .filteredOn(Event.BroadcastMailSettled.class::isInstance)
                .hasSize(2)
                .allSatisfy(event -> assertThat(((Event.BroadcastMailSettled) event).accepted())
                        .isTrue());
    }

    @Test
    void the_ledger_names_the_broadcast() {
        var reader = server.subscriber("reader@example.org");
        queue(reader);
        mailroom.send();

        var row = server.get("/ext/v1/deliveries?kind=broadcast&broadcast_id=77&subscriber_id=" + reader.id())
                .at("/deliveries/0");
        assertThat(row.get("broadcast_id").asInt()).isEqualTo(77);
        assertThat(row.get("sequence_id").isNull()).isTrue();
        assertThat(row.get("state").asText()).isEqualTo("sent");
    }

    @Test
    void a_reader_has_one_email_of_a_broadcast_however_often_it_is_queued() {
        var reader = server.subscriber("reader@example.org");

        assertThat(queue(reader)).isEqualTo(1);
        assertThat(queue(reader, reader)).isZero();
        mailroom.send();
        assertThat(queue(reader)).isZero();
        mailroom.send();

        assertThat(relay.messages()).hasSize(1);
    }

    @Test
    void more_than_500_readers_are_not_queued_at_once() {
        var many = Collections.nCopies(501, new SubscriberId(1));

        assertThatThrownBy(() -> mailroom.database.inTx(tx -> mailroom.deliveries.queue(
                        tx, mailroom.account, BROADCAST, many, Map.of(), server.now(), server.now())))
                .hasMessageContaining("501");
    }

    @Test
    void who_leaves_before_their_email_is_sent_gets_none() {
        var reader = server.subscriber("reader@example.org");
        queue(reader);
        reader.unsubscribes();

        mailroom.send();

        assertThat(relay.messages()).isEmpty();
        assertThat(states()).isEqualTo(Map.of(Delivery.State.SKIPPED, 1L));
    }

    @Test
    void what_is_taken_back_is_not_sent_and_told() {
        queue(server.subscriber("reader@example.org"));

        mailroom.database.useTx(
                tx -> mailroom.deliveries.dropQueued(tx, mailroom.account, BROADCAST, "cancelled", server.now()));

        assertThat(mailroom.send()).isZero();
        assertThat(states()).isEqualTo(Map.of(Delivery.State.SKIPPED, 1L));
        assertThat(mailroom.news).singleElement().isInstanceOf(Event.BroadcastMailSettled.class);
    }

    @Test
    void an_email_whose_broadcast_has_nothing_to_say_any_more_is_skipped() {
        queue(server.subscriber("reader@example.org"));
        cancelled.set(true);

        mailroom.send();

        assertThat(relay.messages()).isEmpty();
        assertThat(states()).isEqualTo(Map.of(Delivery.State.SKIPPED, 1L));
    }

    @Test
    void a_dead_address_bounces_its_reader() {
        relay.on(Verb.RCPT, 550, "5.1.1 no such user");
        var reader = server.subscriber("reader@example.org");
        queue(reader);

        mailroom.send();

        assertThat(reader.state()).isEqualTo("bounced");
        assertThat(states()).isEqualTo(Map.of(Delivery.State.FAILED, 1L));
    }

    @Test
    void the_mail_of_sequences_goes_before_a_broadcast_which_keeps_a_quarter_of_the_connections() {
        relay.on(Verb.RCPT, 451, "4.7.1 greylisted").to("walker");
        var sequence = server.sequence(immediate("Hello"));
        for (int i = 0; i < 12; i++) {
            server.subscriber("walker" + i + "@example.org", sequence);
        }
        server.settle();
        relay.behave();
        for (int i = 0; i < 6; i++) {
            queue(server.subscriber("list" + i + "@example.org"));
        }
        mailroom.now = server.now().plus(ofMinutes(10));
        // Nobody there hears that a walker's email was sent, and takes the next step.
        server.unaudited();

        mailroom.send();
        assertThat(walkers()).isEqualTo(6);
        mailroom.send();
        assertThat(walkers()).isEqualTo(12);
        assertThat(relay.messages()).hasSize(16);
        mailroom.send();
        assertThat(relay.messages()).hasSize(18);
    }

    private long walkers() {
        return relay.messages().stream()
                .filter(message -> message.recipient().contains("walker"))
                .count();
    }
}
