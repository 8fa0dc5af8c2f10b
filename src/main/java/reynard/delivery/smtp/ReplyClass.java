package reynard.delivery.smtp;

/// Temporary.
public enum ReplyClass {
    HARD_RECIPIENT, HARD_UNSURE, SOFT_RECIPIENT, THROTTLE, SENDER_FAULT, CONTENT_FAULT, OURS, SOFT_OTHER;
    public static ReplyClass of(Stage stage, Reply reply) { return stage == Stage.RCPT && reply.code() == 550 ? HARD_RECIPIENT : SOFT_OTHER; }
}
