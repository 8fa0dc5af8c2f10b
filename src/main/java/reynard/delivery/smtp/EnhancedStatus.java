package reynard.delivery.smtp;

import java.util.Optional;

/// An enhanced status code such as `5.1.1` (RFC 3463): class 2, 4 or 5, then subject and detail, 0 to 999 each.
public record EnhancedStatus(int kind, int subject, int detail) {

    /// The status that opens a line of reply text, `5.1.1 No such user`; some servers write `#5.1.1`.
    static Optional<EnhancedStatus> atStart(String text) {
        int start = text.startsWith("#") ? 1 : 0;
        int end = start;
        while (end < text.length() && (text.charAt(end) == '.' || isDigit(text.charAt(end)))) {
            end++;
        }
        if (end < text.length() && text.charAt(end) > ' ' && text.charAt(end) != ':') {
            return Optional.empty();
        }
        var parts = text.substring(start, end).split("\\.", -1);
        if (parts.length != 3 || !(parts[0].equals("2") || parts[0].equals("4") || parts[0].equals("5"))) {
            return Optional.empty();
        }
        return isNumber(parts[1]) && isNumber(parts[2])
                ? Optional.of(new EnhancedStatus(
                        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])))
                : Optional.empty();
    }

    private static boolean isNumber(String part) {
        return !part.isEmpty() && part.length() <= 3;
    }

    private static boolean isDigit(char unit) {
        return unit >= '0' && unit <= '9';
    }

    @Override
    public String toString() {
        return kind + "." + subject + "." + detail;
    }
}
