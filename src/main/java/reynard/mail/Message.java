package reynard.mail;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// One email to one reader, as values: everything that [Mime#compose] needs, so the same message is the same
/// bytes.
///
/// `fromName`, `toName` and `subject` are any text without control characters (see [Header#cleaned]); an empty
/// name is left out. `messageId` comes without its angle brackets, `token@domain`. `text` and `html` are the
/// two bodies, with any line ends. `extra` headers follow the fixed ones in their order, each name once.
/// `boundaryToken` has 8 to 60 letters and digits and is handed in like all randomness.
///
/// Breaking one of these rules is an `IllegalArgumentException` that names the field.
public record Message(
        EmailAddress from,
        String fromName,
        EmailAddress to,
        String toName,
        Optional<EmailAddress> replyTo,
        String subject,
        Instant date,
        String messageId,
        String text,
        String html,
        List<Header> extra,
        String boundaryToken) {
    private static final int MESSAGE_ID_MAX = 250;
    private static final Set<String> FIXED =
            Set.of("from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version");

    public Message {
        Header.requireNoControls("From", fromName);
        Header.requireNoControls("To", toName);
        Header.requireNoControls("Subject", subject);
        requireMessageId(messageId);
        requireBoundaryToken(boundaryToken);
        extra = List.copyOf(extra);
        requireExtra(extra);
    }

    /// Whether only a server that offers SMTPUTF8 can take this message (RFC 6531): one of its addresses has a
    /// local part beyond ASCII.
    public boolean needsSmtpUtf8() {
        return from.needsSmtpUtf8()
                || to.needsSmtpUtf8()
                || replyTo.map(EmailAddress::needsSmtpUtf8).orElse(false);
    }

    private static void requireMessageId(String id) {
        boolean valid = id.length() <= MESSAGE_ID_MAX
                && id.indexOf('@') > 0
                && id.indexOf('@') == id.lastIndexOf('@')
                && !id.endsWith("@")
                && isOfIdCharacters(id);
        if (!valid) {
            throw new IllegalArgumentException("Message-ID must be token@domain in printable ASCII");
        }
    }

    private static boolean isOfIdCharacters(String id) {
        for (int i = 0; i < id.length(); i++) {
            char unit = id.charAt(i);
            if (unit <= ' ' || unit >= 0x7F || "<>()[]\\,;:\"".indexOf(unit) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static void requireBoundaryToken(String token) {
        if (token.length() < 8 || token.length() > 60 || !isOfLettersAndDigits(token)) {
            throw new IllegalArgumentException("boundaryToken must be 8 to 60 ASCII letters and digits");
        }
    }

    private static boolean isOfLettersAndDigits(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (token.charAt(i) >= 0x80 || !Character.isLetterOrDigit(token.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static void requireExtra(List<Header> extra) {
        var seen = new HashSet<String>();
        for (var header : extra) {
            var name = header.name().toLowerCase(Locale.ROOT);
            if (FIXED.contains(name) || name.startsWith("content-")) {
                throw new IllegalArgumentException(header.name() + " is the composer's own header");
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException(header.name() + " must not appear twice");
            }
        }
    }
}
