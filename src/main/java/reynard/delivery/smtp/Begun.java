package reynard.delivery.smtp;

/// What came of [SmtpConnection#begin]: all but the dot is sent, or the message is not sent.
public sealed interface Begun permits Begun.Ready, SendOutcome.NotSent {

    /// The relay waits for the dot. The transaction must be finished or abandoned.
    record Ready(SmtpTransaction transaction) implements Begun {}
}
