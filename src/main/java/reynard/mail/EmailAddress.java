package reynard.mail;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// One mailbox, as `localPart@domain`, without a display name (RFC 5321, 4.1.2; RFC 6531 for what is beyond
/// ASCII).
///
/// The local part is kept exactly as written, quotes included; the domain too. At most 64 octets before the `@`
/// and 254 in all. The domain has at least one dot, unless it is `localhost`, and is made of letters, digits
/// and hyphens of any script; address literals such as `[192.0.2.1]` are refused, for nobody subscribes with
/// one.
///
/// Beyond the grammar, the local part refuses every character whose low byte is CR or LF (U+760A, but U+010D as
/// well): software that cuts UTF-16 to bytes turns it into a line break and so into a second SMTP command.
public record EmailAddress(String localPart, String domain) {
    private static final int LOCAL_OCTETS_MAX = 64;
    private static final int OCTETS_MAX = 254;
    private static final String ATOM_MARKS = "!#$%&'*+-/=?^_`{|}~";

    public EmailAddress {
        if (!isValid(localPart, domain)) {
            throw new IllegalArgumentException("not an email address: its local part or domain breaks RFC 5321");
        }
    }

    /// The address in `text`, or empty if `text` is anything else: surrounding space, a display name and angle
    /// brackets included.
    public static Optional<EmailAddress> parse(String text) {
        // A domain never holds an @, so the last one divides; any other must sit between the quotes of the local part.
        int at = text.lastIndexOf('@');
        if (at < 1 || text.length() > OCTETS_MAX) {
            return Optional.empty();
        }
        var localPart = text.substring(0, at);
        var domain = text.substring(at + 1);
        return isValid(localPart, domain) ? Optional.of(new EmailAddress(localPart, domain)) : Optional.empty();
    }

    /// The address as written.
    public String value() {
        return localPart + "@" + domain;
    }

    /// Whether it is written in ASCII throughout.
    public boolean isAscii() {
        return isAscii(value());
    }

    /// The address for comparing: the local part exactly, because only its owner knows whether case matters
    /// there (RFC 5321, 2.4), and the domain in lower case.
    public String normalised() {
        return localPart + "@" + domain.toLowerCase(Locale.ROOT);
    }

    /// The domain as DNS and SMTP know it: lower case, each label beyond ASCII as its A-label (RFC 5891; mapped
    /// as UTS 46 does without its transitional exceptions, so `faß.example` stays apart from `fass.example`).
    public String asciiDomain() {
        return Domain.ascii(domain).orElseThrow();
    }

    /// The address as it goes on the wire and into headers: exact local part, ASCII domain.
    public String wireValue() {
        return localPart + "@" + asciiDomain();
    }

    /// Whether only a server that offers SMTPUTF8 can take this address: its local part is beyond ASCII, and a
    /// local part has no ASCII form (RFC 6531, 3.2).
    public boolean needsSmtpUtf8() {
        return !isAscii(localPart);
    }

    /// The address as written.
    @Override
    public String toString() {
        return value();
    }

    private static boolean isValid(String localPart, String domain) {
        if (localPart.length() > LOCAL_OCTETS_MAX || domain.length() > OCTETS_MAX || !isLocalPart(localPart)) {
            return false;
        }
        int localOctets = octets(localPart);
        return localOctets <= LOCAL_OCTETS_MAX
                && localOctets + 1 + octets(domain) <= OCTETS_MAX
                && Domain.ascii(domain)
                        .filter(ascii -> localOctets + 1 + ascii.length() <= OCTETS_MAX)
                        .isPresent();
    }

    private static boolean isLocalPart(String local) {
        if (local.isEmpty()) {
            return false;
        }
        for (int i = 0; i < local.length(); i++) {
            if (turnsIntoALineBreakWhenCut(local.charAt(i))) {
                return false;
            }
        }
        return local.charAt(0) == '"' ? isQuoted(local) : isDotAtom(local);
    }

    private static boolean turnsIntoALineBreakWhenCut(int unit) {
        int low = unit & 0xFF;
        return low == '\r' || low == '\n';
    }

    private static boolean isDotAtom(String local) {
        if (local.startsWith(".") || local.endsWith(".") || local.contains("..")) {
            return false;
        }
        for (int i = 0; i < local.length(); i += Character.charCount(local.codePointAt(i))) {
            if (local.charAt(i) != '.' && !isAtomText(local.codePointAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAtomText(int point) {
        if (point >= 0x80) {
            return isVisibleBeyondAscii(point);
        }
        return (point >= 'a' && point <= 'z')
                || (point >= 'A' && point <= 'Z')
                || (point >= '0' && point <= '9')
                || ATOM_MARKS.indexOf(point) >= 0;
    }

    private static boolean isQuoted(String local) {
        int end = local.length() - 1;
        if (end < 2 || local.charAt(end) != '"') {
            return false;
        }
        boolean escaped = false;
        for (int i = 1; i < end; i += Character.charCount(local.codePointAt(i))) {
            int point = local.codePointAt(i);
            if (point >= 0x80 ? escaped || !isVisibleBeyondAscii(point) : point < ' ' || point == 0x7F) {
                return false;
            }
            if (!escaped && point == '"') {
                return false;
            }
            escaped = !escaped && point == '\\';
        }
        return !escaped;
    }

    /// Whether people can see the character: no control, space, direction mark, half of a surrogate pair.
    private static boolean isVisibleBeyondAscii(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static int octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
