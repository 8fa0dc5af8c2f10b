package reynard.delivery;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import reynard.mail.Domain;

/// Whose mail a message is, by its From header.
final class FromDomain {
    private static final Pattern HEADER =
            Pattern.compile("^from:((?:[^\r\n]|\r\n[ \t])*)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final String END_OF_HEADERS = "\r\n\r\n";

    private FromDomain() {}

    /// The domain as DNS knows it; empty when there is none.
    static String of(byte[] message) {
        var head = head(message);
        var header = HEADER.matcher(head);
        if (!header.find()) {
            return "";
        }
        var value = header.group(1);
        var address = value.substring(value.lastIndexOf('@') + 1).strip();
        int end = address.indexOf('>');
        var domain = end < 0 ? address : address.substring(0, end);
        return Domain.ascii(domain).orElseGet(() -> domain.toLowerCase(Locale.ROOT));
    }

    private static String head(byte[] message) {
        int end = 0;
        while (end < message.length && !startsAt(message, end)) {
            end++;
        }
        return new String(message, 0, end, StandardCharsets.UTF_8);
    }

    private static boolean startsAt(byte[] message, int at) {
        for (int i = 0; i < END_OF_HEADERS.length(); i++) {
            if (at + i >= message.length || message[at + i] != END_OF_HEADERS.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
