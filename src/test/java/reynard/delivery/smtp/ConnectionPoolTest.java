package reynard.delivery.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reynard.delivery.smtp.SendOutcome.Accepted;
import reynard.delivery.smtp.SendOutcome.NotSent;
import reynard.delivery.smtp.SendOutcome.Stale;
import reynard.mail.EmailAddress;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
class ConnectionPoolTest {
    private static final Envelope ENVELOPE =
            new Envelope(new EmailAddress("b", "bounce.example.org"), new EmailAddress("reader", "example.net"));

    private final FakeSmtp smtp = FakeSmtp.start();
    private final Relay relay = Relay.parse(smtp.url() + "?connections=2");
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-24T09:00:00Z"));
    private final ConnectionPool pool =
            new ConnectionPool(SmtpSettings.withDefaults("sender.example.org"), now::get, ConnectionPool.IDLE_DEFAULT);

    @AfterEach
    void stop() {
        pool.close();
        smtp.close();
    }

    private SmtpConnection take() {
        return switch (pool.take(relay)) {
            case Opening.Opened(var connection) -> connection;
            case NotSent outcome -> throw new AssertionError(outcome.toString());
        };
    }

    private static SendOutcome send(SmtpConnection connection) {
        return switch (connection.begin(ENVELOPE, "Subject: x\r\n\r\nx\r\n".getBytes(UTF_8))) {
            case Begun.Ready(var transaction) -> transaction.finish();
            case NotSent outcome -> outcome;
        };
    }

    @Test
    void a_connection_given_back_is_taken_again() {
        var first = take();
        assertThat(send(first)).isInstanceOf(Accepted.class);
        pool.giveBack(first);

        var second = take();

        assertThat(second).isSameAs(first);
        assertThat(send(second)).isInstanceOf(Accepted.class);
        assertThat(take()).isNotSameAs(first);
        assertThat(smtp.connections()).isEqualTo(2);
    }

    @Test
    void no_more_are_kept_than_the_relay_allows() {
        var three = new SmtpConnection[] {take(), take(), take()};
        for (var connection : three) {
            pool.giveBack(connection);
        }
        assertThat(pool.idleCount()).isEqualTo(2);
        assertThat(three[2].isReusable()).isFalse();
    }

    /// Another could be opened in its place at once, and send a dot while it is on record nowhere how this one ended.
    @Test
    void no_connection_is_closed_before_its_last_reply_is_on_record() throws Exception {
        var recorded = new CompletableFuture<Boolean>();
        var three = new SmtpConnection[] {take(), take(), take()};
        pool.giveBack(three[0]);
        pool.giveBack(three[1]);
        three[2].recording(recorded);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var givenBack = threads.submit(() -> pool.giveBack(three[2]));
            while (recorded.getNumberOfDependents() == 0) {
                Thread.onSpinWait();
            }
            assertThat(givenBack).isNotDone();
            assertThat(three[2].isReusable()).isTrue();

            recorded.complete(true);
            givenBack.get(10, TimeUnit.SECONDS);
        }
        assertThat(three[2].isReusable()).isFalse();
    }

    @Test
    void an_idle_connection_stays_until_its_last_reply_is_on_record() {
        var recorded = new CompletableFuture<Boolean>();
        var connection = take();
        connection.recording(recorded);
        pool.giveBack(connection);
        now.updateAndGet(instant -> instant.plusSeconds(60));

        pool.closeIdle();
        assertThat(connection.isReusable()).isTrue();

        recorded.complete(true);
        pool.closeIdle();
        assertThat(connection.isReusable()).isFalse();
    }

    @Test
    void one_whose_last_reply_is_on_record_is_taken_before_others() {
        var settled = take();
        var later = take();
        later.recording(new CompletableFuture<>());
        pool.giveBack(settled);
        pool.giveBack(later);

        assertThat(take()).isSameAs(settled);
        assertThat(take()).isSameAs(later);
        later.recording(CompletableFuture.completedFuture(true));
    }

    @Test
    void an_idle_connection_is_closed_after_a_minute() {
        var early = take();
        var late = take();
        pool.giveBack(early);
        now.updateAndGet(instant -> instant.plusSeconds(30));
        pool.giveBack(late);
        now.updateAndGet(instant -> instant.plusSeconds(30));

        pool.closeIdle();

        assertThat(pool.idleCount()).isEqualTo(1);
        assertThat(early.isReusable()).isFalse();
        assertThat(late.isReusable()).isTrue();
        now.updateAndGet(instant -> instant.plus(Duration.ofMinutes(5)));
        assertThat(take()).isNotSameAs(late);
    }

    @Test
    void a_broken_connection_is_not_kept() {
        var connection = take();
        smtp.on(Verb.MAIL).drops().times(1);
        send(connection);

        pool.giveBack(connection);

        assertThat(pool.idleCount()).isZero();
    }

    @Test
    void after_a_silent_close_the_next_one_carries_the_message() {
        var connection = take();
        assertThat(send(connection)).isInstanceOf(Accepted.class);
        pool.giveBack(connection);
        smtp.hangUp();

        var stale = take();
        assertThat(send(stale)).isInstanceOf(Stale.class);
        pool.giveBack(stale);
        assertThat(send(take())).isInstanceOf(Accepted.class);
        assertThat(smtp.messages()).hasSize(2);
    }

    @Test
    void a_closed_pool_takes_leave_of_all() {
        var idle = take();
        var busy = take();
        pool.giveBack(idle);

        pool.close();
        pool.giveBack(busy);

        assertThat(idle.isReusable()).isFalse();
        assertThat(busy.isReusable()).isFalse();
        smtp.awaitAllClosed();
        assertThat(smtp.commands().stream().filter("QUIT"::equals)).hasSize(2);
        assertThatIllegalStateException().isThrownBy(this::take);
    }
}
