package reynard.delivery.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.delivery.smtp.SendOutcome.Accepted;
import reynard.delivery.smtp.SendOutcome.Broken;
import reynard.delivery.smtp.SendOutcome.Deferred;
import reynard.delivery.smtp.SendOutcome.NotSent;
import reynard.delivery.smtp.SendOutcome.Rejected;
import reynard.delivery.smtp.SendOutcome.Stale;
import reynard.delivery.smtp.SendOutcome.Unconfirmed;
import reynard.delivery.smtp.SendOutcome.Unsupported;
import reynard.mail.EmailAddress;
import reynard.testing.ArrivalLog;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
class SmtpConnectionTest {
    private static final Envelope ENVELOPE =
            new Envelope(new EmailAddress("b+5f2b7c", "bounce.example.org"), new EmailAddress("reader", "example.net"));
    private static final byte[] HELLO = bytes("Subject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\nHello.\r\n");
    /// More than arrives at once with its dot.
    private static final byte[] LONG = bytes("Subject: Long\r\n\r\n" + "0123456789\r\n".repeat(2_000));
    private static final Duration SHORT = Duration.ofMillis(200);

    private final FakeSmtp smtp = FakeSmtp.start();

    @AfterEach
    void stop() {
        smtp.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static SmtpSettings settings(Timeouts timeouts) {
        return new SmtpSettings(
                "sender.example.org", timeouts, SmtpSettings.withDefaults("x").trust());
    }

    private SmtpConnection open() {
        return open(Timeouts.DEFAULT);
    }

    private SmtpConnection open(Timeouts timeouts) {
        return switch (SmtpConnection.open(Relay.parse(smtp.url()), settings(timeouts))) {
            case Opening.Opened(var connection) -> connection;
            case NotSent outcome -> throw new AssertionError(outcome.toString());
        };
    }

    private static SendOutcome send(SmtpConnection connection, byte[] message) {
        return switch (connection.begin(ENVELOPE, message)) {
            case Begun.Ready(var transaction) -> transaction.finish();
            case NotSent outcome -> outcome;
        };
    }

    /// One message over one connection of its own.
    private SendOutcome send(Timeouts timeouts) {
        return switch (SmtpConnection.open(Relay.parse(smtp.url()), settings(timeouts))) {
            case Opening.Opened(var connection) -> {
                try (connection) {
                    yield send(connection, HELLO);
                }
            }
            case NotSent outcome -> outcome;
        };
    }

    private SendOutcome send() {
        return send(Timeouts.DEFAULT);
    }

    // What a good relay sees.

    @Test
    void a_message_arrives_as_it_was_with_its_envelope() {
        assertThat(send()).isEqualTo(new Accepted(Reply.of(250, "2.0.0 Queued")));

        smtp.awaitAllClosed();
        assertThat(smtp.messages()).singleElement().satisfies(message -> {
            assertThat(message.sender()).isEqualTo("b+5f2b7c@bounce.example.org");
            assertThat(message.recipient()).isEqualTo("reader@example.net");
            assertThat(message.content()).isEqualTo(new String(HELLO, ISO_8859_1));
        });
        assertThat(smtp.commands())
                .containsExactly(
                        "EHLO sender.example.org",
                        "MAIL FROM:<b+5f2b7c@bounce.example.org> SIZE=" + HELLO.length,
                        "RCPT TO:<reader@example.net>",
                        "DATA",
                        "QUIT");
    }

    @Test
    void one_connection_carries_message_after_message() {
        try (var connection = open()) {
            for (int i = 0; i < 100; i++) {
                assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
                assertThat(connection.isReusable()).isTrue();
            }
        }
        assertThat(smtp.messages()).hasSize(100);
        assertThat(smtp.connections()).isEqualTo(1);
    }

    @Test
    void commands_go_together_only_where_the_relay_offers_it() {
        assertThat(send()).isInstanceOf(Accepted.class);
        assertThat(smtp.earlyCommands()).isPositive();
    }

    @Test
    void commands_wait_for_each_other_where_it_does_not() {
        smtp.withholding("PIPELINING", "SIZE");
        try (var connection = open()) {
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
        }
        assertThat(smtp.earlyCommands()).isZero();
        assertThat(smtp.commands()).contains("MAIL FROM:<b+5f2b7c@bounce.example.org>");
    }

    @Test
    void a_relay_that_knows_only_helo_is_served() {
        smtp.on(Verb.EHLO, 502, "5.5.1 Not implemented");

        assertThat(send()).isInstanceOf(Accepted.class);
        assertThat(smtp.commands()).contains("HELO sender.example.org").doesNotContain("SIZE");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void no_dot_is_sent_until_the_message_is_finished(boolean small) {
        var message = small ? HELLO : LONG;
        try (var connection = open()) {
            var ready = (Begun.Ready) connection.begin(ENVELOPE, message);
            assertThat(connection.isReusable()).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> connection.begin(ENVELOPE, message));
            assertThat(smtp.messages()).isEmpty();
            assertThat(smtp.wire()).doesNotContain("\r\n.\r\n");

            assertThat(ready.transaction().finish()).isInstanceOf(Accepted.class);
            assertThat(smtp.messages()).hasSize(1);
            assertThatIllegalStateException().isThrownBy(ready.transaction()::finish);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void no_message_is_ready_before_the_reply_to_the_one_before_is_on_record(boolean small) throws Exception {
        var recorded = new CompletableFuture<Boolean>();
        try (var connection = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = (Begun.Ready) connection.begin(ENVELOPE, HELLO);
            first.transaction().finish();
            first.transaction().onRecord(recorded);
            var second = threads.submit(() -> connection.begin(ENVELOPE, small ? HELLO : LONG));
            while (recorded.getNumberOfDependents() == 0) {
                Thread.onSpinWait();
            }
            assertThat(second).isNotDone();

            recorded.complete(true);
            var ready = (Begun.Ready) second.get(10, TimeUnit.SECONDS);
            assertThat(ready.transaction().finish()).isInstanceOf(Accepted.class);
        }
        assertThat(smtp.messages()).hasSize(2);
    }

    @Test
    void no_other_message_is_ever_ready_where_a_reply_cannot_be_put_on_record() {
        try (var connection = open()) {
            var first = (Begun.Ready) connection.begin(ENVELOPE, HELLO);
            first.transaction().finish();
            first.transaction().onRecord(CompletableFuture.completedFuture(false));

            assertThat(connection.begin(ENVELOPE, HELLO))
                    .isEqualTo(new Broken(Stage.DATA, "the reply before is not on record"));
            assertThat(connection.isReusable()).isFalse();
        }
        smtp.awaitAllClosed();
        assertThat(smtp.messages()).hasSize(1);
    }

    @Test
    void an_abandoned_message_never_arrives() {
        try (var connection = open()) {
            ((Begun.Ready) connection.begin(ENVELOPE, LONG)).transaction().abandon();
            assertThat(connection.isReusable()).isFalse();
        }
        smtp.awaitAllClosed();
        assertThat(smtp.messages()).isEmpty();
        assertThat(smtp.wire()).endsWith("\r\n0123456789");
    }

    /// It arrives at once, with its dot.
    @Test
    void nothing_is_sent_of_a_small_message_that_is_abandoned() {
        try (var connection = open()) {
            ((Begun.Ready) connection.begin(ENVELOPE, HELLO)).transaction().abandon();
        }
        smtp.awaitAllClosed();
        assertThat(smtp.wire()).endsWith("DATA\r\n");
    }

    @Test
    void closing_in_the_middle_of_a_message_does_not_put_quit_into_it() {
        try (var connection = open()) {
            assertThat(connection.begin(ENVELOPE, LONG)).isInstanceOf(Begun.Ready.class);
        }
        smtp.awaitAllClosed();
        assertThat(smtp.messages()).isEmpty();
        assertThat(smtp.wire()).doesNotContain("QUIT");
    }

    // What goes over the wire.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n.\nQUIT\r\n.\r\nMAIL FROM:<x@y>",
                "a\r.\rb",
                "a\n.\r\nb",
                "a\r\n.\nb",
                "a\r\n.\rb",
                "a\r\n.",
                ".",
                "..",
                "\r\n.\r\n",
                ".\r\n",
                "\n",
                "\r",
                "",
                "a\r\r\nb",
                "a\n\r\nb"
            })
    void no_content_ends_its_message_or_sends_a_bare_cr_or_lf(String content) {
        try (var connection = open()) {
            assertThat(send(connection, bytes("Subject: x\r\n\r\n" + content))).isInstanceOf(Accepted.class);
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
        }
        smtp.awaitAllClosed();
        assertThat(smtp.messages()).hasSize(2);
        var meant = content.replace("\r\n", "\n").replace('\r', '\n');
        meant = meant.isEmpty() || meant.endsWith("\n") ? meant : meant + "\n";
        assertThat(smtp.messages().getFirst().content()).isEqualTo("Subject: x\r\n\r\n" + meant.replace("\n", "\r\n"));
        assertThat(smtp.wire().replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
    }

    @Test
    void a_line_of_more_than_998_octets_is_refused_before_anything_is_sent() {
        try (var connection = open()) {
            assertThat(send(connection, bytes("a".repeat(998)))).isInstanceOf(Accepted.class);
            assertThatIllegalArgumentException().isThrownBy(() -> send(connection, bytes("a".repeat(999))));
            assertThat(connection.isReusable()).isTrue();
        }
        assertThat(smtp.messages()).hasSize(1);
    }

    @Test
    void a_local_part_beyond_ascii_needs_smtputf8() {
        var envelope = new Envelope(ENVELOPE.sender(), new EmailAddress("δοκιμή", "bücher.example"));
        try (var connection = open()) {
            var ready = (Begun.Ready) connection.begin(envelope, HELLO);
            assertThat(ready.transaction().finish()).isInstanceOf(Accepted.class);
        }
        assertThat(smtp.wire()).contains("BODY=8BITMIME SMTPUTF8\r\n");
        assertThat(new String(smtp.wire().getBytes(ISO_8859_1), UTF_8)).contains("<δοκιμή@xn--bcher-kva.example>");
    }

    @Test
    void without_smtputf8_such_a_message_is_unsupported_and_nothing_is_sent() {
        smtp.withholding("SMTPUTF8");
        try (var connection = open()) {
            var envelope = new Envelope(ENVELOPE.sender(), new EmailAddress("δοκιμή", "bücher.example"));
            assertThat(connection.begin(envelope, HELLO)).isInstanceOf(Unsupported.class);
            assertThat(connection.begin(ENVELOPE, bytes("To: δ@example.org\r\n\r\n")))
                    .isInstanceOf(Unsupported.class);
            assertThat(send(connection, bytes("To: x\r\n\r\nδ\r\n"))).isInstanceOf(Accepted.class);
        }
        assertThat(smtp.commands().stream().filter(line -> line.startsWith("MAIL")))
                .hasSize(1);
    }

    @Test
    void a_message_larger_than_the_relay_takes_is_not_even_offered() {
        smtp.withholding("SIZE").offering("SIZE " + (HELLO.length - 1));
        try (var connection = open()) {
            assertThat(connection.begin(ENVELOPE, HELLO))
                    .isEqualTo(new Unsupported("the message has " + HELLO.length + " octets, and the relay takes "
                            + (HELLO.length - 1) + " at most"));
            assertThat(connection.isReusable()).isTrue();
        }
        assertThat(smtp.commands()).noneMatch(line -> line.startsWith("MAIL"));
    }

    @Test
    void a_relay_that_names_no_limit_gets_any_size() {
        for (var size : List.of("SIZE", "SIZE 0")) {
            smtp.withholding("SIZE").offering(size);
            assertThat(send()).isInstanceOf(Accepted.class);
        }
    }

    @Test
    void reports_are_asked_for_where_the_relay_makes_them() {
        smtp.offering("DSN");
        var envelope = new Envelope(ENVELOPE.sender(), ENVELOPE.recipient(), Optional.of("4f_Q-a"));
        try (var connection = open()) {
            var ready = (Begun.Ready) connection.begin(envelope, HELLO);
            assertThat(ready.transaction().finish()).isInstanceOf(Accepted.class);
        }
        assertThat(smtp.commands())
                .contains(
                        "MAIL FROM:<b+5f2b7c@bounce.example.org> SIZE=" + HELLO.length + " RET=HDRS ENVID=4f_Q-a",
                        "RCPT TO:<reader@example.net> NOTIFY=FAILURE");
    }

    @Test
    void content_of_eight_bits_needs_a_relay_that_takes_it() {
        smtp.withholding("8BITMIME", "SMTPUTF8");
        try (var connection = open()) {
            assertThat(connection.begin(ENVELOPE, bytes("To: x\r\n\r\nδ\r\n")))
                    .isEqualTo(new Unsupported("the relay does not offer 8BITMIME"));
        }
        assertThat(smtp.commands()).noneMatch(line -> line.startsWith("MAIL"));
    }

    // What the relay says.

    static Stream<Arguments> refusals() {
        return Stream.of(Verb.GREETING, Verb.EHLO, Verb.MAIL, Verb.RCPT, Verb.DATA, Verb.DOT)
                .flatMap(verb -> Stream.of(421, 450, 499, 550, 599)
                        .flatMap(code -> Stream.of(true, false).map(together -> Arguments.of(verb, code, together))));
    }

    @ParameterizedTest(name = "{0} {1}, PIPELINING {2}")
    @MethodSource("refusals")
    void a_refusal_at_any_verb_is_told_by_its_first_digit(Verb verb, int code, boolean together) {
        if (!together) {
            smtp.withholding("PIPELINING");
        }
        smtp.on(verb, code, code < 500 ? "4.3.0 no" : "5.3.0 no").times(1);
        var stage = Stage.valueOf(verb.name());
        var reply = Reply.of(code, code < 500 ? "4.3.0 no" : "5.3.0 no");

        assertThat(send()).isEqualTo(code < 500 ? new Deferred(stage, reply) : new Rejected(stage, reply));
        assertThat(smtp.messages()).isEmpty();
        assertThat(send()).isInstanceOf(Accepted.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"MAIL", "RCPT", "DATA", "DOT"})
    void after_a_refusal_the_same_connection_carries_the_next_message(Verb verb) {
        smtp.on(verb, 550, "5.3.0 no").times(1);
        try (var connection = open()) {
            assertThat(send(connection, HELLO)).isInstanceOf(Rejected.class);
            assertThat(connection.isReusable()).isTrue();
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
        }
        assertThat(smtp.commands().stream().filter("RSET"::equals)).hasSize(verb == Verb.DOT ? 0 : 1);
        assertThat(smtp.messages()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"GREETING", "EHLO", "MAIL", "RCPT", "DATA"})
    void a_line_dropped_before_the_dot_is_safe_to_retry(Verb verb) {
        smtp.on(verb).drops().times(1);

        assertThat(send())
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.stage()).isEqualTo(Stage.valueOf(verb.name())));
        assertThat(smtp.messages()).isEmpty();
        assertThat(send()).isInstanceOf(Accepted.class);
        assertThat(smtp.messages()).hasSize(1);
    }

    @Test
    void a_line_dropped_in_the_middle_of_the_message_delivers_nothing() {
        smtp.on(Verb.BODY).afterBytes(10).drops().times(1);
        try (var connection = open()) {
            var outcome = send(connection, bytes("Subject: x\r\n\r\n" + "0123456789\r\n".repeat(1_000_000)));
            assertThat(outcome).isInstanceOf(Broken.class);
            assertThat(connection.isReusable()).isFalse();
        }
        assertThat(smtp.messages()).isEmpty();
        assertThat(send()).isInstanceOf(Accepted.class);
    }

    @Test
    void a_refusal_in_the_middle_of_the_message_keeps_the_dot_back() {
        var timeout = smtp.on(Verb.BODY, 421, "4.4.2 Timeout").afterBytes(10).thenDrops();
        try (var connection = open()) {
            var ready = (Begun.Ready) connection.begin(ENVELOPE, LONG);
            timeout.awaitAnswered();

            assertThat(ready.transaction().finish())
                    .isEqualTo(new Deferred(Stage.DATA, Reply.of(421, "4.4.2 Timeout")));
            assertThat(connection.isReusable()).isFalse();
        }
        assertThat(smtp.wire()).doesNotContain("\r\n.\r\n");
    }

    @Test
    void a_line_dropped_after_the_dot_leaves_it_unconfirmed() {
        smtp.on(Verb.DOT).drops().times(1);
        assertThat(send()).isInstanceOf(Unconfirmed.class);
        assertThat(smtp.messages()).isEmpty();

        smtp.on(Verb.DOT).storing().drops().times(1);
        assertThat(send()).isInstanceOf(Unconfirmed.class);
        assertThat(smtp.messages()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"garbage\r\n", "250", "25\r\n", "999 what\r\n", "100 hm\r\n", "250_x\r\n", "\r\n", "354 more\r\n"
            })
    void nonsense_after_the_dot_leaves_it_unconfirmed(String nonsense) {
        smtp.on(Verb.DOT).answers(nonsense).thenDrops();

        assertThat(send()).isInstanceOf(Unconfirmed.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"GREETING", "EHLO", "MAIL", "RCPT", "DATA"})
    void nonsense_before_the_dot_is_a_broken_line(Verb verb) {
        smtp.on(verb).answers("HTTP/1.1 400 Bad Request\r\n");

        assertThat(send())
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.stage()).isEqualTo(Stage.valueOf(verb.name())));
    }

    @Test
    void a_reply_may_have_many_lines_and_come_in_pieces() {
        smtp.on(Verb.GREETING, 220, "hello\nfrom\nfake").inPieces();
        smtp.on(Verb.RCPT, 550, "5.1.1 No such\n5.1.1 user\n5.1.1 here").inPieces();

        assertThat(send()).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.reply().status()).hasValue(new EnhancedStatus(5, 1, 1));
            assertThat(rejected.reply().text()).isEqualTo("No such\nuser\nhere");
        });
    }

    @Test
    void an_unknown_positive_code_is_as_good_as_250() {
        smtp.on(Verb.DOT, 299, "fine").storing();

        assertThat(send()).isInstanceOf(Accepted.class);
    }

    @Test
    void of_a_long_reply_line_four_kilobytes_are_kept() {
        smtp.on(Verb.RCPT, 550, "x".repeat(50_000));

        assertThat(send())
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.reply().text()).hasSize(4092));
    }

    @Test
    void a_reply_of_megabytes_or_without_end_is_a_broken_line() {
        smtp.on(Verb.GREETING).answers("220 " + "x".repeat(10_000_000) + "\r\n").times(1);
        assertThat(send()).isInstanceOf(Broken.class);

        smtp.on(Verb.GREETING).answers("220-more\r\n".repeat(100_000)).times(1);
        assertThat(send()).isInstanceOf(Broken.class);
    }

    @Test
    void controls_in_a_reply_become_spaces() {
        smtp.on(Verb.RCPT).answers("550 a\u0000b\u001Bc\r\n");

        assertThat(send()).isEqualTo(new Rejected(Stage.RCPT, Reply.of(550, "a b c")));
    }

    // What the relay does not say.

    @ParameterizedTest
    @EnumSource(names = {"GREETING", "EHLO", "MAIL", "RCPT", "DATA"})
    void a_silent_relay_is_left_after_the_time_for_that_reply(Verb verb) {
        smtp.on(verb).staysSilent();

        assertThat(send(Timeouts.all(SHORT)))
                .isEqualTo(new Broken(Stage.valueOf(verb.name()), "no whole reply within PT0.2S"));
    }

    @Test
    void a_relay_silent_after_the_dot_leaves_it_unconfirmed() {
        smtp.on(Verb.DOT).storing().staysSilent();

        assertThat(send(Timeouts.all(SHORT))).isEqualTo(new Unconfirmed("no whole reply within PT0.2S"));
        assertThat(smtp.messages()).hasSize(1);
    }

    @Test
    void a_late_reply_to_the_dot_counts() throws Exception {
        var latch = new CountDownLatch(1);
        smtp.on(Verb.DOT).after(latch);
        try (var connection = open()) {
            var ready = (Begun.Ready) connection.begin(ENVELOPE, HELLO);
            var outcome = new FutureTask<>(ready.transaction()::finish);
            Thread.ofVirtual().start(outcome);
            smtp.awaitMessages(1);
            assertThat(outcome.isDone()).isFalse();
            latch.countDown();
            assertThat(outcome.get()).isInstanceOf(Accepted.class);
        }
    }

    @Test
    void a_relay_that_sends_a_byte_now_and_then_does_not_outlast_the_limit() throws Exception {
        try (var server = new ServerSocket(0)) {
            Thread.ofVirtual().start(() -> dribble(server));
            long start = System.nanoTime();

            var opening = SmtpConnection.open(
                    Relay.parse("smtp://localhost:" + server.getLocalPort()), settings(Timeouts.all(SHORT)));

            assertThat(opening).isEqualTo(new Broken(Stage.GREETING, "no whole reply within PT0.2S"));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    /// Part of a greeting, a byte every 10 ms or so, for ever.
    private static void dribble(ServerSocket server) {
        try (var socket = server.accept()) {
            while (true) {
                socket.getOutputStream().write('2');
                new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
            }
        } catch (Exception _) {
            // The client has had enough.
        }
    }

    @Test
    void a_relay_that_stops_reading_does_not_hold_us() {
        var reading = new CountDownLatch(1);
        smtp.on(Verb.BODY).after(reading).drops();
        try (var connection = open(new Timeouts(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT))) {
            var endless = bytes("Subject: x\r\n\r\n" + "0123456789\r\n".repeat(2_000_000));

            assertThat(send(connection, endless))
                    .isEqualTo(new Broken(Stage.DATA, "the relay took no more bytes for PT0.2S"));
        }
        reading.countDown();
    }

    @Test
    void nobody_there_is_a_broken_line() throws Exception {
        int free;
        try (var server = new ServerSocket(0)) {
            free = server.getLocalPort();
        }
        assertThat(SmtpConnection.open(Relay.parse("smtp://localhost:" + free), settings(Timeouts.DEFAULT)))
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.stage()).isEqualTo(Stage.CONNECT));
        assertThat(SmtpConnection.open(Relay.parse("smtp://no-such-host.invalid"), settings(Timeouts.DEFAULT)))
                .isInstanceOf(Broken.class);
    }

    // Between messages.

    @Test
    void a_connection_closed_in_silence_between_messages_is_stale_and_not_an_error() {
        smtp.on(Verb.DOT).thenDrops().times(1);
        try (var connection = open()) {
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
            smtp.awaitAllClosed();
            assertThat(connection.isReusable()).isTrue();
            assertThat(send(connection, HELLO)).isInstanceOf(Stale.class);
            assertThat(connection.isReusable()).isFalse();
        }
        assertThat(smtp.messages()).hasSize(1);
    }

    @Test
    void so_is_one_that_answers_421_to_the_next_message() {
        try (var connection = open()) {
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
            smtp.on(Verb.MAIL, 421, "4.7.0 Enough for now").thenDrops();
            assertThat(send(connection, HELLO)).isInstanceOf(Stale.class);
            assertThat(connection.isReusable()).isFalse();
        }
    }

    @Test
    void and_one_that_said_421_on_its_own_account() {
        smtp.on(Verb.DOT)
                .answers("250 2.0.0 Queued\r\n421 4.4.2 Idle for too long\r\n")
                .thenDrops()
                .times(1);
        try (var connection = open()) {
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
            smtp.awaitAllClosed();
            assertThat(send(connection, HELLO)).isInstanceOf(Stale.class);
        }
    }

    @Test
    void a_relay_that_limits_messages_per_connection_is_left_in_time() {
        smtp.offering("LIMITS MAILMAX=2 RCPTMAX=10");
        try (var connection = open()) {
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
            assertThat(connection.isReusable()).isTrue();
            assertThat(send(connection, HELLO)).isInstanceOf(Accepted.class);
            assertThat(connection.isReusable()).isFalse();
        }
        smtp.awaitAllClosed();
        assertThat(smtp.commands()).endsWith("QUIT");
    }

    @Test
    void a_relay_that_refuses_the_recipient_and_still_asks_for_data_gets_none() {
        smtp.on(Verb.RCPT).answers("550 5.1.1 no\r\n354 go on\r\n");
        try (var connection = open()) {
            assertThat(send(connection, HELLO)).isEqualTo(new Rejected(Stage.RCPT, Reply.of(550, "5.1.1 no")));
            assertThat(connection.isReusable()).isFalse();
        }
        assertThat(smtp.messages()).isEmpty();
    }

    // The test server itself.

    @Test
    void accepted_ids_are_on_disk_before_the_client_is_told(@TempDir Path folder) {
        try (var log = ArrivalLog.in(folder.resolve("accepted"))) {
            smtp.recordingOnly(log);

            assertThat(send()).isInstanceOf(Accepted.class);
            assertThat(log.entries())
                    .singleElement()
                    .satisfies(entry ->
                            assertThat(((ArrivalLog.Entry.Arrived) entry).id()).isEqualTo("1@example.org"));
        }
    }

    @Test
    void a_rule_can_be_for_one_recipient() {
        smtp.on(Verb.RCPT, 550, "5.1.1 no").to("other@");

        assertThat(send()).isInstanceOf(Accepted.class);
    }

    @Test
    void the_default_trust_is_this_javas() throws Exception {
        assertThat(SmtpSettings.withDefaults("x.example").trust()).isSameAs(SSLContext.getDefault());
    }
}
