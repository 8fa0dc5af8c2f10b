package reynard.mail;

/// One header field as it stands on the wire, before folding: a name and a value of printable ASCII.
///
/// Both refuse CR, LF, NUL and every other control character with an `IllegalArgumentException`, so no value
/// can end its header and begin another. Text that people typed comes in by [#text] or [#named], which encode
/// what is beyond ASCII; a value that programs read, such as a URI, comes in by [#of] and is never changed.
public record Header(String name, String value) {
    private static final int NAME_MAX = 76;
    /// A line may have 998 octets (RFC 5322, 2.1.1), and only white space can be folded.
    private static final int WORD_MAX = 900;

    public Header {
        requireName(name);
        requirePlain(name, value);
    }

    /// A value exactly as given: `List-Unsubscribe: <https://…>`. Printable ASCII, not blank, no word beyond 900
    /// octets; it is folded at its spaces and nowhere else.
    public static Header of(String name, String value) {
        return new Header(name, value);
    }

    /// Free text, such as a subject; encoded-words where ASCII does not do (RFC 2047).
    public static Header text(String name, String text) {
        requireNoControls(name, text);
        return new Header(name, EncodedWords.text(text));
    }

    /// A display name before an identifier: `List-Id: "Tea, daily" <tea.example.org>`. An empty name is left
    /// out.
    public static Header named(String name, String displayName, String identifier) {
        requireNoControls(name, displayName);
        var phrase = EncodedWords.phrase(displayName);
        return new Header(name, phrase.isEmpty() ? "<" + identifier + ">" : phrase + " <" + identifier + ">");
    }

    /// Text with each control character turned into a space: how a subscriber's name with a line break in it
    /// gets into a header without ending it. The C0 and C1 controls, DEL, and the line and paragraph separators
    /// count.
    public static String cleaned(String text) {
        if (!hasControls(text)) {
            return text;
        }
        var clean = new StringBuilder(text.length());
        text.codePoints().map(point -> isControl(point) ? ' ' : point).forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean hasControls(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    static void requireNoControls(String what, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                throw new IllegalArgumentException("%s must not contain control characters: U+%04X at index %d"
                        .formatted(what, (int) text.charAt(i), i));
            }
        }
    }

    private static boolean isControl(int point) {
        return Character.isISOControl(point) || point == 0x2028 || point == 0x2029;
    }

    private static void requireName(String name) {
        if (name.isEmpty() || name.length() > NAME_MAX || !isOfNameCharacters(name)) {
            throw new IllegalArgumentException(
                    "a header name has 1 to %d printable ASCII characters and no colon".formatted(NAME_MAX));
        }
    }

    private static boolean isOfNameCharacters(String name) {
        for (int i = 0; i < name.length(); i++) {
            char unit = name.charAt(i);
            if (unit <= ' ' || unit >= 0x7F || unit == ':') {
                return false;
            }
        }
        return true;
    }

    private static void requirePlain(String name, String value) {
        requireNoControls(name, value);
        int wordStart = 0;
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0x7E) {
                throw new IllegalArgumentException(
                        name + " must be ASCII: U+%04X at index %d".formatted((int) value.charAt(i), i));
            }
            wordStart = value.charAt(i) == ' ' ? i + 1 : wordStart;
            if (i - wordStart >= WORD_MAX) {
                throw new IllegalArgumentException(
                        "%s must not have a word of more than %d octets".formatted(name, WORD_MAX));
            }
        }
        if (value.startsWith(" ") || value.endsWith(" ")) {
            throw new IllegalArgumentException(name + " must not begin or end with a space");
        }
    }
}
