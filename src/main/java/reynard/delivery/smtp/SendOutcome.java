package reynard.delivery.smtp;

/// What became of one attempt to hand one message to a relay.
///
/// | Outcome | Does the relay have the message? | What next |
/// | --- | --- | --- |
/// | `Accepted` | yes | done |
/// | `Deferred`, `Rejected` | no, it said so | by [ReplyClass] |
/// | `Broken`, `Stale` | no, the dot was never sent | safe to try again |
/// | `Unsupported` | no, and this relay never will | fail this delivery, not the reader |
/// | `Unconfirmed` | nobody knows | RFC 1047: resend or hold |
public sealed interface SendOutcome {

    /// 2xx to the dot: the relay owns the message.
    record Accepted(Reply reply) implements SendOutcome {}

    /// The line broke, went silent or turned to nonsense after the dot was written, or half written.
    record Unconfirmed(String cause) implements SendOutcome {}

    /// The relay certainly does not have the message.
    sealed interface NotSent extends SendOutcome, Begun, Opening {}

    /// 4xx at this stage.
    record Deferred(Stage stage, Reply reply) implements NotSent {}

    /// 5xx at this stage.
    record Rejected(Stage stage, Reply reply) implements NotSent {}

    /// No conversation, before the dot: no connection, no reply in time, nonsense, no encryption where it is
    /// required.
    record Broken(Stage stage, String cause) implements NotSent {}

    /// A connection that had served before was closed, in silence or with 421, by the time it was to serve
    /// again. Relays do that after a number of messages or some idle time. It is no fault and counts as none:
    /// open another connection and begin again at once.
    record Stale(String cause) implements NotSent {}

    /// The message needs an extension that the relay does not offer, such as SMTPUTF8.
    record Unsupported(String cause) implements NotSent {}
}
