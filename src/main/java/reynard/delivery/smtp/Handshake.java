package reynard.delivery.smtp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import reynard.delivery.smtp.Relay.Credentials;
import reynard.delivery.smtp.Relay.Encryption;
import reynard.delivery.smtp.SendOutcome.Broken;
import reynard.delivery.smtp.SendOutcome.Deferred;
import reynard.delivery.smtp.SendOutcome.NotSent;
import reynard.delivery.smtp.SendOutcome.Rejected;

/// From no connection to one that is ready for mail: greeting, EHLO, STARTTLS, EHLO again, AUTH.
final class Handshake {
    private final Relay relay;
    private final SmtpSettings settings;
    private final Line line;
    private Stage stage = Stage.CONNECT;

    private Handshake(Relay relay, SmtpSettings settings, Line line) {
        this.relay = relay;
        this.settings = settings;
        this.line = line;
    }

    static Opening open(Relay relay, SmtpSettings settings) {
        Line line;
        try {
            line = Line.connect(relay.host(), relay.port(), settings.timeouts().connect());
        } catch (IOException e) {
            return new Broken(Stage.CONNECT, cause(e));
        }
        return new Handshake(relay, settings, line).run();
    }

    /// What went wrong, in words: the exception's own, or its kind if it has none.
    static String cause(IOException e) {
        var message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private Opening run() {
        try {
            var capabilities = introduce();
            return new Opening.Opened(new SmtpConnection(relay, settings, line, capabilities));
        } catch (Refusal refusal) {
            line.quit();
            return refusal.outcome;
        } catch (IOException e) {
            line.close();
            return new Broken(stage, cause(e));
        }
    }

    private Capabilities introduce() throws IOException {
        if (relay.encryption() == Encryption.IMPLICIT) {
            encrypt();
        }
        stage = Stage.GREETING;
        requirePositive(line.read(settings.timeouts().greeting()));
        var capabilities = ehlo();
        if (startsTls(capabilities)) {
            encrypt();
            capabilities = ehlo();
        }
        if (relay.credentials().isPresent()) {
            authenticate(relay.credentials().get(), capabilities);
        }
        return capabilities;
    }

    private Capabilities ehlo() throws IOException {
        stage = Stage.EHLO;
        var reply = ask("EHLO " + settings.ehloName());
        if (reply.code() == 500 || reply.code() == 502) {
            requirePositive(ask("HELO " + settings.ehloName()));
            return Capabilities.NONE;
        }
        requirePositive(reply);
        return Capabilities.parse(reply.text());
    }

    /// Whether the relay now waits for a TLS handshake.
    private boolean startsTls(Capabilities capabilities) throws IOException {
        boolean required = relay.encryption() == Encryption.STARTTLS_REQUIRED;
        if (!required && relay.encryption() != Encryption.STARTTLS_OPTIONAL) {
            return false;
        }
        stage = Stage.STARTTLS;
        if (!capabilities.offers("STARTTLS")) {
            if (required) {
                throw broken("the relay does not offer STARTTLS, which is required");
            }
            return false;
        }
        var reply = ask("STARTTLS");
        if (required) {
            requirePositive(reply);
        }
        // Commands that someone in the middle slipped in before the encryption must not look as if sent inside it.
        if (line.hasUnread()) {
            throw broken("the relay went on in clear after STARTTLS");
        }
        return reply.isPositive();
    }

    private void encrypt() throws IOException {
        line.encrypt(
                settings.trust(),
                relay.host(),
                needsCheckedCertificate(),
                settings.timeouts().connect());
    }

    private boolean needsCheckedCertificate() {
        return relay.encryption() != Encryption.STARTTLS_OPTIONAL
                || (relay.credentials().isPresent() && !line.isLoopback());
    }

    private void authenticate(Credentials credentials, Capabilities capabilities) throws IOException {
        stage = Stage.AUTH;
        if (!line.isEncrypted() && !line.isLoopback()) {
            throw broken("the line is not encrypted, so the password was not sent");
        }
        var mechanisms = capabilities.authMechanisms();
        if (mechanisms.contains("PLAIN")) {
            requirePositive(ask("AUTH PLAIN " + base64("\0" + credentials.user() + "\0" + credentials.password())));
        } else if (mechanisms.contains("LOGIN")) {
            requireIntermediate(ask("AUTH LOGIN"));
            requireIntermediate(ask(base64(credentials.user())));
            requirePositive(ask(base64(credentials.password())));
        } else {
            throw broken("the relay offers neither AUTH PLAIN nor AUTH LOGIN");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private Reply ask(String command) throws IOException {
        line.send(command + "\r\n", settings.timeouts().block());
        return line.read(settings.timeouts().of(stage));
    }

    private void requirePositive(Reply reply) throws Refusal {
        if (!reply.isPositive()) {
            throw refusal(reply);
        }
    }

    private void requireIntermediate(Reply reply) throws Refusal {
        if (!reply.isIntermediate()) {
            throw refusal(reply);
        }
    }

    private Refusal refusal(Reply reply) {
        if (reply.isTransient()) {
            return new Refusal(new Deferred(stage, reply));
        }
        return reply.isPermanent()
                ? new Refusal(new Rejected(stage, reply))
                : broken("the relay answered out of turn: " + reply.code());
    }

    private Refusal broken(String cause) {
        return new Refusal(new Broken(stage, cause));
    }

    /// Ends the handshake from wherever it is.
    private static final class Refusal extends IOException {
        private final transient NotSent outcome;

        Refusal(NotSent outcome) {
            this.outcome = outcome;
        }
    }
}
