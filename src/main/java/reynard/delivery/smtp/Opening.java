package reynard.delivery.smtp;

/// What came of [SmtpConnection#open]: a connection ready for messages, or why there is none.
public sealed interface Opening permits Opening.Opened, SendOutcome.NotSent {

    /// Connected, encrypted and logged in as the relay's URL asks. Whoever holds it closes it.
    record Opened(SmtpConnection connection) implements Opening {}
}
