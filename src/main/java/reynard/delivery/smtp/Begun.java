package reynard.delivery.smtp;

/// What came of [SmtpConnection#begin]: the relay waits for the message, or the message is not sent.
public sealed interface Begun permits Begun.Ready, SendOutcome.NotSent {

    /// The relay waits for the dot, or for all that comes before it too. The transaction must be finished or abandoned.
    record Ready(SmtpTransaction transaction) implements Begun {}
}
