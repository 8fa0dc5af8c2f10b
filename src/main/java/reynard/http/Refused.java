package reynard.http;

/// The request ends here with a status and one sentence: not found, malformed, too large.
final class Refused extends RuntimeException {
    private final int status;

    Refused(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
