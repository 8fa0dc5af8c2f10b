package reynard.mail;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Text in headers: as it is where ASCII does, quoted where it holds marks, else as encoded-words (RFC 2047).
///
/// Encoded-words hold UTF-8, in base64 or Q, whichever is shorter for the whole text, and end at a character's
/// end. They have at most 64 octets, not the allowed 75, so that the first one fits beside `Reply-To: ` in a
/// line of 78.
final class EncodedWords {
    private static final String BEFORE_B = "=?UTF-8?B?";
    private static final String BEFORE_Q = "=?UTF-8?Q?";
    private static final String AFTER = "?=";
    private static final int B_BYTES_MAX = 39;
    private static final int Q_CHARS_MAX = 52;
    /// A longer word of ASCII is encoded as well, for only encoded-words can be folded inside a word.
    private static final int PLAIN_WORD_MAX = 60;
    private static final String HEX = "0123456789ABCDEF";

    private EncodedWords() {}

    /// Free text, such as a subject.
    static String text(String text) {
        return isPlain(text) ? text : encode(text);
    }

    /// A display name before an address (RFC 5322, 3.2.5: atoms, else a quoted string).
    static String phrase(String name) {
        if (!isPlain(name)) {
            return encode(name);
        }
        return isOfAtoms(name) ? name : quote(name);
    }

    private static boolean isOfAtoms(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) != ' ' && !isAtom(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /// Whether the text survives as it is: printable ASCII, foldable, no white space that folding could lose,
    /// nothing that looks like an encoded-word.
    private static boolean isPlain(String text) {
        int wordLength = 0;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            wordLength = unit == ' ' ? 0 : wordLength + 1;
            if (unit < ' ' || unit > '~' || wordLength > PLAIN_WORD_MAX) {
                return false;
            }
        }
        return !text.contains("=?") && !text.contains("  ") && !text.startsWith(" ") && !text.endsWith(" ");
    }

    private static String quote(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String encode(String text) {
        int bytes = 0;
        int chars = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = wellFormed(text.codePointAt(i));
            bytes += utf8Length(point);
            chars += qLength(point);
        }
        return (bytes + 2) / 3 * 4 <= chars ? encodeB(text) : encodeQ(text);
    }

    private static String encodeB(String text) {
        var out = new StringBuilder(text.length() * 2);
        var word = new StringBuilder();
        int bytes = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = wellFormed(text.codePointAt(i));
            if (bytes + utf8Length(point) > B_BYTES_MAX) {
                appendB(out, word);
                bytes = 0;
            }
            word.appendCodePoint(point);
            bytes += utf8Length(point);
        }
        appendB(out, word);
        return out.toString();
    }

    private static void appendB(StringBuilder out, StringBuilder word) {
        var base64 = Base64.getEncoder().encodeToString(word.toString().getBytes(StandardCharsets.UTF_8));
        out.append(out.isEmpty() ? "" : " ").append(BEFORE_B).append(base64).append(AFTER);
        word.setLength(0);
    }

    private static String encodeQ(String text) {
        var out = new StringBuilder(text.length() * 2).append(BEFORE_Q);
        int chars = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = wellFormed(text.codePointAt(i));
            if (chars + qLength(point) > Q_CHARS_MAX) {
                out.append(AFTER).append(' ').append(BEFORE_Q);
                chars = 0;
            }
            appendQ(out, point);
            chars += qLength(point);
        }
        return out.append(AFTER).toString();
    }

    private static void appendQ(StringBuilder out, int point) {
        if (point == ' ') {
            out.append('_');
        } else if (isSafeInQ(point)) {
            out.append((char) point);
        } else {
            for (byte octet : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                out.append('=').append(HEX.charAt((octet >> 4) & 0xF)).append(HEX.charAt(octet & 0xF));
            }
        }
    }

    private static int qLength(int point) {
        return point == ' ' || isSafeInQ(point) ? 1 : 3 * utf8Length(point);
    }

    private static int utf8Length(int point) {
        return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }

    /// Half of a surrogate pair is no character; the replacement character shows that one was lost.
    private static int wellFormed(int point) {
        return point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point;
    }

    /// What Q may leave alone inside a phrase (RFC 2047, 5, rule 3); other places allow more, none less.
    private static boolean isSafeInQ(int point) {
        return isLetterOrDigit(point) || "!*+-/".indexOf(point) >= 0;
    }

    private static boolean isAtom(int unit) {
        return isLetterOrDigit(unit) || "!#$%&'*+-/=?^_`{|}~".indexOf(unit) >= 0;
    }

    private static boolean isLetterOrDigit(int point) {
        return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') || (point >= '0' && point <= '9');
    }
}
