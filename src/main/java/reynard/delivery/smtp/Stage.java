package reynard.delivery.smtp;

/// How far a conversation had come. Up to and with [#DATA] the relay does not own the message; [#DOT] is the
/// final `<CRLF>.<CRLF>` and its reply.
public enum Stage {
    CONNECT,
    GREETING,
    EHLO,
    STARTTLS,
    AUTH,
    MAIL,
    RCPT,
    DATA,
    DOT
}
