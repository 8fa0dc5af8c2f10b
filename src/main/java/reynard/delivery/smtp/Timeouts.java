package reynard.delivery.smtp;

import java.time.Duration;

/// How long to wait for a relay (RFC 5321, 4.5.3.2). Each is the time for the whole reply, not for its next
/// byte; so a relay that sends a byte a second does not pass. `connect` also limits each TLS handshake, `mail`
/// the EHLO, STARTTLS and AUTH replies, and `block` the time for the relay to take the message's bytes.
///
/// Lowering `dot` makes duplicates: a relay that answers late has accepted the message all the same.
public record Timeouts(
        Duration connect,
        Duration greeting,
        Duration mail,
        Duration rcpt,
        Duration data,
        Duration block,
        Duration dot) {

    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            Duration.ofMinutes(10));

    /// The same limit for everything.
    public static Timeouts all(Duration limit) {
        return new Timeouts(limit, limit, limit, limit, limit, limit, limit);
    }

    Duration of(Stage stage) {
        return switch (stage) {
            case CONNECT -> connect;
            case GREETING -> greeting;
            case EHLO, STARTTLS, AUTH, MAIL -> mail;
            case RCPT -> rcpt;
            case DATA -> data;
            case DOT -> dot;
        };
    }
}
