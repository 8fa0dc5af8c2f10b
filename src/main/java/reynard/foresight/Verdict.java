package reynard.foresight;

import java.util.Locale;

/// What becomes of one email for one person.
public enum Verdict {
    SENT,
    WILL_SEND,
    SKIPPED,
    /// It will be skipped when its time comes, unless the reason goes away before.
    WILL_SKIP,
    /// No date: something has to change first.
    WAITING,
    /// Not in this run, whatever comes.
    NEVER,
    FAILED,
    /// Kept for a person to decide.
    HELD,
    /// Nobody knows whether it arrived.
    UNCERTAIN;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
