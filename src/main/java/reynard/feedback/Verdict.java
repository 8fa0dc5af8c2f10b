package reynard.feedback;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a report means, and so whom it may count against.
public enum Verdict {
    /// No such mailbox or domain: the reader bounced.
    HARD,
    /// Refused for good for a reason that we do not know: a strike; two on different days are a bounce.
    UNSURE,
    /// The mailbox or its server was full, busy or away for too long: counts softly.
    SOFT,
    /// Identity, reputation or amount: the sender's fault, the reader is untouched.
    BLOCKED,
    /// This text was not wanted: the reader is untouched.
    CONTENT,
    /// We spoke wrongly: a bug of ours.
    OURS,
    /// The reader called it spam.
    COMPLAINT,
    /// The reader called it no spam: undoes nothing, but is good to know.
    NOT_SPAM,
    /// It is being tried again.
    DELAYED,
    DELIVERED,
    /// A machine's answer: vacation, receipt, challenge.
    AUTO_REPLY,
    /// None of these.
    UNKNOWN;

    public static final List<String> NAMES =
            Arrays.stream(values()).map(Verdict::wireName).toList();

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether the email came back undelivered.
    public boolean isBounce() {
        return switch (this) {
            case HARD, UNSURE, SOFT, BLOCKED, CONTENT, OURS -> true;
            case COMPLAINT, NOT_SPAM, DELAYED, DELIVERED, AUTO_REPLY, UNKNOWN -> false;
        };
    }

    /// Whether a report of it is worth keeping.
    public boolean isEvidence() {
        return isBounce() || this == COMPLAINT || this == NOT_SPAM;
    }
}
