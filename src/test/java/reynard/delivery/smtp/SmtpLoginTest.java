package reynard.delivery.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.delivery.smtp.Relay.Credentials;
import reynard.delivery.smtp.Relay.Encryption;
import reynard.delivery.smtp.SendOutcome.Accepted;
import reynard.delivery.smtp.SendOutcome.Broken;
import reynard.delivery.smtp.SendOutcome.Deferred;
import reynard.delivery.smtp.SendOutcome.NotSent;
import reynard.delivery.smtp.SendOutcome.Rejected;
import reynard.mail.EmailAddress;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestTls;

/// Encryption and passwords: what protects them, and what is not sent when nothing does.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
class SmtpLoginTest {
    private static final TestTls TLS = TestTls.forHost("localhost");
    private static final TestTls OTHER = TestTls.forHost("other.example");
    private static final Envelope ENVELOPE =
            new Envelope(new EmailAddress("b", "bounce.example.org"), new EmailAddress("reader", "example.net"));
    private static final Optional<Credentials> LOGIN = Optional.of(new Credentials("reynard", "päss wörd:%"));

    private static Relay relay(FakeSmtp smtp, Encryption encryption, Optional<Credentials> credentials) {
        return new Relay("localhost", smtp.port(), encryption, credentials, 1);
    }

    private static SendOutcome send(Relay relay, TestTls trusted) {
        var settings = new SmtpSettings("sender.example.org", Timeouts.all(Duration.ofSeconds(20)), trusted.client());
        return switch (SmtpConnection.open(relay, settings)) {
            case NotSent outcome -> outcome;
            case Opening.Opened(var connection) -> {
                try (connection) {
                    yield switch (connection.begin(ENVELOPE, "Subject: x\r\n\r\nx\r\n".getBytes(UTF_8))) {
                        case Begun.Ready(var transaction) -> transaction.finish();
                        case NotSent outcome -> outcome;
                    };
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "LOGIN PLAIN", "CRAM-MD5 LOGIN"})
    void a_login_over_starttls_opens_the_relay(String mechanisms) {
        try (var smtp = FakeSmtp.startWithStartTls(TLS.server())) {
            smtp.requiringLogin("reynard", "päss wörd:%", mechanisms);

            assertThat(send(relay(smtp, Encryption.STARTTLS_REQUIRED, LOGIN), TLS))
                    .isInstanceOf(Accepted.class);
            assertThat(smtp.commands().stream().filter(line -> line.startsWith("EHLO")))
                    .hasSize(2);
        }
    }

    @Test
    void implicit_tls_encrypts_from_the_first_byte() {
        try (var smtp = FakeSmtp.startWithTls(TLS.server())) {
            smtp.requiringLogin("reynard", "päss wörd:%", "PLAIN");

            assertThat(send(relay(smtp, Encryption.IMPLICIT, LOGIN), TLS)).isInstanceOf(Accepted.class);
        }
    }

    @Test
    void a_login_in_clear_goes_to_loopback_only() {
        try (var smtp = FakeSmtp.start()) {
            smtp.requiringLogin("reynard", "päss wörd:%", "PLAIN");

            assertThat(send(relay(smtp, Encryption.NONE, LOGIN), TLS)).isInstanceOf(Accepted.class);
        }
    }

    @Test
    void a_wrong_password_is_a_refusal_at_auth() {
        try (var smtp = FakeSmtp.startWithStartTls(TLS.server())) {
            smtp.requiringLogin("reynard", "other", "PLAIN");

            assertThat(send(relay(smtp, Encryption.STARTTLS_REQUIRED, LOGIN), TLS))
                    .isEqualTo(new Rejected(Stage.AUTH, Reply.of(535, "5.7.8 Wrong")));
        }
    }

    @Test
    void a_relay_without_a_mechanism_of_ours_learns_no_password() {
        try (var smtp = FakeSmtp.startWithStartTls(TLS.server())) {
            smtp.requiringLogin("reynard", "päss wörd:%", "CRAM-MD5");

            assertThat(send(relay(smtp, Encryption.STARTTLS_REQUIRED, LOGIN), TLS))
                    .isEqualTo(new Broken(Stage.AUTH, "the relay offers neither AUTH PLAIN nor AUTH LOGIN"));
        }
    }

    @Test
    void a_stripped_starttls_gets_neither_mail_nor_password() {
        try (var smtp = FakeSmtp.start()) {
            smtp.requiringLogin("reynard", "päss wörd:%", "PLAIN");

            assertThat(send(relay(smtp, Encryption.STARTTLS_REQUIRED, LOGIN), TLS))
                    .isEqualTo(new Broken(Stage.STARTTLS, "the relay does not offer STARTTLS, which is required"));
            smtp.awaitAllClosed();
            assertThat(smtp.commands()).containsExactly("EHLO sender.example.org", "QUIT");
        }
    }

    @Test
    void words_slipped_in_before_the_handshake_end_the_conversation() {
        try (var smtp = FakeSmtp.startWithStartTls(TLS.server())) {
            smtp.on(Verb.STARTTLS).answers("220 go\r\n250-fake\r\n250 AUTH PLAIN\r\n");

            assertThat(send(relay(smtp, Encryption.STARTTLS_REQUIRED, LOGIN), TLS))
                    .isEqualTo(new Broken(Stage.STARTTLS, "the relay went on in clear after STARTTLS"));
            assertThat(smtp.wire()).doesNotContain("AUTH").doesNotContain("MAIL");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IMPLICIT", "STARTTLS_REQUIRED"})
    void a_certificate_that_nobody_vouches_for_is_refused(Encryption encryption) {
        try (var smtp = encryption == Encryption.IMPLICIT
                ? FakeSmtp.startWithTls(TLS.server())
                : FakeSmtp.startWithStartTls(TLS.server())) {
            assertThat(send(relay(smtp, encryption, Optional.empty()), OTHER))
                    .isInstanceOfSatisfying(
                            Broken.class,
                            broken -> assertThat(broken.stage())
                                    .isEqualTo(encryption == Encryption.IMPLICIT ? Stage.CONNECT : Stage.STARTTLS));
            assertThat(smtp.wire()).doesNotContain("MAIL");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IMPLICIT", "STARTTLS_REQUIRED"})
    void a_certificate_for_another_host_is_refused(Encryption encryption) {
        try (var smtp = encryption == Encryption.IMPLICIT
                ? FakeSmtp.startWithTls(OTHER.server())
                : FakeSmtp.startWithStartTls(OTHER.server())) {
            assertThat(send(relay(smtp, encryption, Optional.empty()), OTHER))
                    .isInstanceOfSatisfying(
                            Broken.class,
                            broken -> assertThat(broken.stage())
                                    .isEqualTo(encryption == Encryption.IMPLICIT ? Stage.CONNECT : Stage.STARTTLS));
            assertThat(smtp.wire()).doesNotContain("MAIL");
        }
    }

    @Test
    void optional_encryption_is_used_where_offered_whatever_the_certificate() {
        try (var smtp = FakeSmtp.startWithStartTls(OTHER.server())) {
            assertThat(send(relay(smtp, Encryption.STARTTLS_OPTIONAL, Optional.empty()), TLS))
                    .isInstanceOf(Accepted.class);
            assertThat(smtp.commands()).contains("STARTTLS");
        }
    }

    @Test
    void and_left_out_where_it_is_not_or_fails() {
        try (var smtp = FakeSmtp.start()) {
            assertThat(send(relay(smtp, Encryption.STARTTLS_OPTIONAL, Optional.empty()), TLS))
                    .isInstanceOf(Accepted.class);
        }
        try (var smtp = FakeSmtp.startWithStartTls(TLS.server())) {
            smtp.on(Verb.STARTTLS, 454, "4.7.0 TLS not available");
            assertThat(send(relay(smtp, Encryption.STARTTLS_OPTIONAL, Optional.empty()), TLS))
                    .isInstanceOf(Accepted.class);
        }
    }

    @Test
    void a_refusal_of_starttls_or_auth_is_told_by_its_first_digit() {
        try (var smtp = FakeSmtp.startWithStartTls(TLS.server())) {
            smtp.requiringLogin("reynard", "päss wörd:%", "PLAIN");
            var relay = relay(smtp, Encryption.STARTTLS_REQUIRED, LOGIN);

            smtp.on(Verb.STARTTLS, 454, "4.7.0 not now").times(1);
            assertThat(send(relay, TLS)).isEqualTo(new Deferred(Stage.STARTTLS, Reply.of(454, "4.7.0 not now")));
            smtp.on(Verb.STARTTLS, 502, "5.5.1 no").times(1);
            assertThat(send(relay, TLS)).isEqualTo(new Rejected(Stage.STARTTLS, Reply.of(502, "5.5.1 no")));
            smtp.on(Verb.STARTTLS).drops().times(1);
            assertThat(send(relay, TLS)).isInstanceOf(Broken.class);
            smtp.on(Verb.AUTH, 454, "4.7.0 not now").times(1);
            assertThat(send(relay, TLS)).isEqualTo(new Deferred(Stage.AUTH, Reply.of(454, "4.7.0 not now")));
            smtp.on(Verb.AUTH).drops().times(1);
            assertThat(send(relay, TLS))
                    .isInstanceOfSatisfying(
                            Broken.class, broken -> assertThat(broken.stage()).isEqualTo(Stage.AUTH));
            assertThat(send(relay, TLS)).isInstanceOf(Accepted.class);
        }
    }

    @Test
    void a_silent_relay_does_not_hold_us_inside_tls_either() {
        try (var smtp = FakeSmtp.startWithTls(TLS.server())) {
            smtp.on(Verb.GREETING).staysSilent();
            var patience = new Timeouts(
                    Duration.ofSeconds(20),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20));

            assertThat(SmtpConnection.open(
                            relay(smtp, Encryption.IMPLICIT, Optional.empty()),
                            new SmtpSettings("sender.example.org", patience, TLS.client())))
                    .isEqualTo(new Broken(Stage.GREETING, "no whole reply within PT0.2S"));
        }
    }

    @Test
    void passwords_travel_as_base64_of_utf_8() {
        try (var smtp = FakeSmtp.start()) {
            smtp.requiringLogin("reynard", "päss wörd:%", "PLAIN");
            assertThat(send(relay(smtp, Encryption.NONE, LOGIN), TLS)).isInstanceOf(Accepted.class);

            var sent = smtp.commands().stream()
                    .filter(line -> line.startsWith("AUTH PLAIN "))
                    .findFirst()
                    .orElseThrow();
            assertThat(new String(Base64.getDecoder().decode(sent.substring(11)), UTF_8))
                    .isEqualTo("\0reynard\0päss wörd:%");
        }
    }
}
