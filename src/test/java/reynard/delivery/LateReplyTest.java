package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.id.DeliveryId;
import reynard.testing.FakeSmtp.Verb;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LateReplyTest extends MailroomWithRelay {
    @Test
    void a_reply_that_comes_late_to_somebody_who_was_erased_leaves_nothing_behind() {
        comesLate(new DeliveryId(900_000), 0);

        assertThat(room.deliveries.attempts(room.account, new DeliveryId(900_000)))
                .isEmpty();
    }

    @Test
    void a_reply_that_comes_late_is_on_record_where_its_attempt_was_counted() {
        var delivery = putOff();
        room.database.useTx(tx -> tx.update("delete from attempt").execute());

        comesLate(delivery, 0);

        assertThat(room.deliveries.attempts(room.account, delivery))
                .extracting(Attempt::outcome)
                .containsExactly("deferred");
    }

    @Test
    void a_reply_that_comes_late_takes_no_number_of_an_attempt_that_is_still_to_come() {
        var delivery = putOff();

        comesLate(delivery, 1);

        assertThat(room.deliveries.attempts(room.account, delivery))
                .extracting(Attempt::number)
                .containsExactly(1);
    }

    /// The first of these looks at the clock is that of who puts the reply on record, the second that of who tells the
    /// relays how it went.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Timeout(60)
    void a_fault_of_our_own_after_the_dot_makes_no_second_email(int faults) {
        var open = new CountDownLatch(1);
        relay.on(Verb.DOT).after(open);
        queueNotice("author@example.org");
        room.take();
        relay.awaitMessages(1);

        room.clockFails.set(faults);
        open.countDown();
        room.awaitQuiet();

        // It may be uncertain for a moment.
        while (!row().get("state").asText().equals("sent")) {
            Thread.onSpinWait();
        }
        assertThat(row().get("attempts").asInt()).isOne();
        room.now = room.now.plus(Duration.ofMinutes(10));
        room.send();
        assertThat(relay.messages()).hasSize(1);
    }

    private JsonNode row() {
        return server.get("/ext/v1/deliveries?kind=notice").at("/deliveries/0");
    }

    /// A delivery that was tried once and waits.
    private DeliveryId putOff() {
        relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
        var reader = server.subscriber("a@example.org", server.sequence(immediate("Hello")));
        server.settle();
        return new DeliveryId(reader.deliveries().getFirst().get("id").asLong());
    }

    /// To a node that does not hold the delivery any more.
    private void comesLate(DeliveryId delivery, int attemptsBefore) {
        var claim = new Claim(
                room.account,
                delivery,
                new Kind.NoticeMail(Notice.Purpose.TEST, "a@example.org", room.now, Optional.empty()),
                "token",
                "message",
                attemptsBefore,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        var ending = new Ending(
                Delivery.State.DEFERRED,
                room.now,
                new Attempt(attemptsBefore + 1, room.now, "deferred", Optional.of("dot"), Optional.of("451 later")),
                Optional.of(room.now),
                Optional.empty(),
                Ending.Blame.NONE,
                Optional.empty());

        var written = room.database.inTx(tx ->
                room.deliveries.store().settle(tx, room.account, List.of(new DeliveryStore.Result(claim, ending)), 1));

        assertThat(written).isEmpty();
    }
}
