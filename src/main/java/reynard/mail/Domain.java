package reynard.mail;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/// Domain names in the form that DNS knows. `java.net.IDN` is not used: it follows the IDNA of 2003, which
/// sends mail for `faß.example` to the owner of `fass.example`.
public final class Domain {
    private static final int NAME_MAX = 253;
    private static final int LABEL_MAX = 63;
    /// Marks that words of Catalan, Greek, Hebrew and Japanese contain (RFC 5892, appendix A).
    private static final String WORD_MARKS = "\u00B7\u0375\u05F3\u05F4\u30FB";

    private Domain() {}

    /// The domain in lower case with A-labels; empty if it is not a mail domain.
    public static Optional<String> ascii(String domain) {
        return isPlain(domain) ? Optional.of(domain) : encoded(domain);
    }

    /// Whether it is as most are, and nothing about it has to change: two labels or more of small letters, digits and
    /// inner hyphens, the last of letters alone. What may be an A-label is looked at more closely.
    private static boolean isPlain(String domain) {
        int length = domain.length();
        int start = 0;
        int letters = 0;
        for (int i = 0; i < length; i++) {
            char c = domain.charAt(i);
            if (c == '.') {
                if (i == start || domain.charAt(i - 1) == '-' || i - start > LABEL_MAX) {
                    return false;
                }
                start = i + 1;
                letters = 0;
            } else if (c >= 'a' && c <= 'z') {
                letters++;
            } else if ((c < '0' || c > '9') && (c != '-' || i == start || isHyphenPair(domain, i))) {
                return false;
            }
        }
        return start > 0 && length <= NAME_MAX && letters > 0 && letters == length - start && letters <= LABEL_MAX;
    }

    private static boolean isHyphenPair(String domain, int at) {
        return at + 1 < domain.length() && domain.charAt(at + 1) == '-';
    }

    private static Optional<String> encoded(String domain) {
        var mapped = domain.chars().allMatch(unit -> unit < 0x80) ? domain.toLowerCase(Locale.ROOT) : mapped(domain);
        var ascii = new StringBuilder(mapped.length() + 16);
        var labels = mapped.split("\\.", -1);
        for (var label : labels) {
            var encoded = isLabel(label) ? Punycode.label(label) : "";
            if (encoded.isEmpty() || encoded.length() > LABEL_MAX) {
                return Optional.empty();
            }
            ascii.append(ascii.isEmpty() ? "" : ".").append(encoded);
        }
        var name = ascii.toString();
        return name.length() <= NAME_MAX && isPlace(labels) ? Optional.of(name) : Optional.empty();
    }

    /// A host of the public DNS has a dot and a last label that is not a number (RFC 3696, 2).
    private static boolean isPlace(String[] labels) {
        var last = labels[labels.length - 1];
        return labels.length == 1
                ? last.equals("localhost")
                : !last.chars().allMatch(unit -> unit >= '0' && unit <= '9');
    }

    /// Case folded and compatibility forms resolved, as UTS 46, 4 does; the ideographic full stop divides
    /// labels too.
    private static String mapped(String domain) {
        var lower = new StringBuilder(domain.length());
        Normalizer.normalize(domain, Normalizer.Form.NFKC)
                .codePoints()
                .map(Character::toLowerCase)
                .forEach(lower::appendCodePoint);
        return Normalizer.normalize(lower, Normalizer.Form.NFKC).replace('\u3002', '.');
    }

    private static boolean isLabel(String label) {
        return !label.isEmpty()
                && !label.startsWith("-")
                && !label.endsWith("-")
                && label.codePoints().allMatch(Domain::isLabelText)
                && !isMark(label.codePointAt(0));
    }

    private static boolean isLabelText(int point) {
        if (point < 0x80) {
            return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9') || point == '-';
        }
        return Character.isLetterOrDigit(point) || isMark(point) || WORD_MARKS.indexOf(point) >= 0;
    }

    private static boolean isMark(int point) {
        int type = Character.getType(point);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }
}
