package reynard.enrollment;

/// What an installation decides where the sources on Kit's behaviour contradict each other.
///
/// @param inserted what becomes of an email that is inserted, moved or published before a subscriber's place
/// @param completing who is done with a sequence after its last email, when the sequence does not hold its
///     people
public record Policies(Inserted inserted, Completing completing) {
    public static final Policies DEFAULT = new Policies(Inserted.FORWARD_ONLY, Completing.EVERYONE);

    public enum Inserted {
        /// People only move forward; it is not sent to them (Kit help: Will my existing subscribers receive new
        /// emails).
        FORWARD_ONLY,
        /// It goes to them at once (Kit API: Create a sequence email).
        SEND_NOW
    }

    public enum Completing {
        /// Everyone (Kit API: Create a sequence).
        EVERYONE,
        /// Only who came through an automation; all others stay and get what is added later (Kit help:
        /// Email Sequence Analytics explained).
        AUTOMATION_ONLY
    }
}
