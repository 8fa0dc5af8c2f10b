package reynard.feedback;

import java.util.Optional;

/// What one report says of one email.
///
/// @param source who reports
/// @param key tells this report from every other of its source, so that one that comes twice counts once
/// @param recipient as the report names it; often redacted
/// @param status the enhanced status code, as reported
/// @param diagnostic the words of the server that refused, or what comes nearest to them
public record Report(
        Source source,
        String key,
        Verdict verdict,
        Clue clue,
        Optional<String> recipient,
        Optional<String> status,
        String diagnostic) {
    private static final int DIAGNOSTIC_MAX = 2_000;
    private static final int NAME_MAX = 320;

    public Report {
        recipient = recipient.map(address -> bounded(address, NAME_MAX)).filter(address -> !address.isBlank());
        status = status.map(code -> bounded(code, NAME_MAX)).filter(code -> !code.isBlank());
        diagnostic = bounded(diagnostic, DIAGNOSTIC_MAX);
    }

    /// Without NUL and halves of surrogate pairs, which PostgreSQL cannot keep.
    private static String bounded(String text, int max) {
        var clean = new StringBuilder(Math.min(text.length(), max));
        text.codePoints()
                .limit(max)
                .map(point -> point == 0 || (point >= 0xD800 && point <= 0xDFFF) ? ' ' : point)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    /// Who reports.
    public enum Source {
        /// The relay, in the conversation in which the email was to be sent.
        RELAY,
        MAIL,
        SES,
        SENDGRID,
        MAILGUN,
        POSTMARK;

        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
