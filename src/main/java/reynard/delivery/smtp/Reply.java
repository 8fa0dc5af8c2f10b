package reynard.delivery.smtp;

import java.util.Optional;

/// A relay's answer (RFC 5321, 4.2).
///
/// `code` is 200 to 599. `status` is the enhanced status code, if the text began with one. `text` is what
/// remains, its lines divided by `\n`, other controls turned into spaces, at most 64 KB. It may name the
/// recipient.
public record Reply(int code, Optional<EnhancedStatus> status, String text) {
    /// The relay closes the connection, whatever it was asked (RFC 5321, 3.8).
    static final int SERVICE_ENDS = 421;

    /// A reply from its code and its text as received, the enhanced status code still in front of each line.
    public static Reply of(int code, String text) {
        var status = EnhancedStatus.atStart(text);
        return new Reply(code, status, status.map(found -> without(found, text)).orElse(text));
    }

    private static String without(EnhancedStatus status, String text) {
        var lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (EnhancedStatus.atStart(lines[i]).equals(Optional.of(status))) {
                int space = lines[i].indexOf(' ');
                lines[i] = space < 0 ? "" : lines[i].substring(space + 1);
            }
        }
        return String.join("\n", lines);
    }

    /// 2xx: done. Only the first digit decides, so that unknown codes mean what their kind means.
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /// 3xx: go on.
    public boolean isIntermediate() {
        return code / 100 == 3;
    }

    /// 4xx: not now.
    public boolean isTransient() {
        return code / 100 == 4;
    }

    /// 5xx: never like this.
    public boolean isPermanent() {
        return code / 100 == 5;
    }

    /// The reply as a person reads it: `450 4.2.1 slow down`.
    @Override
    public String toString() {
        return code + status.map(found -> " " + found).orElse("") + " " + text;
    }
}
