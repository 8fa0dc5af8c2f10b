package reynard.feedback;

/// A message that is larger or deeper than any honest report.
public final class HostileMail extends Exception {
    HostileMail(String message) {
        super(message, null, false, false);
    }
}
