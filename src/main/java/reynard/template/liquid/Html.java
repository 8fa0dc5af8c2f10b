package reynard.template.liquid;

import org.jspecify.annotations.Nullable;

/// HTML as far as filters need it: entities, breaks, and text without tags.
final class Html {
    private static final int ENTITY_CHARS_MAX = 32;

    private Html() {}

    /// The entity that stands for a character which could be markup.
    static @Nullable String entity(char character) {
        return switch (character) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '"' -> "&quot;";
            case '\'' -> "&#39;";
            default -> null;
        };
    }

    static String escape(String text, Budget budget) {
        return escape(text, false, budget);
    }

    /// Escapes what is not an entity already.
    static String escapeOnce(String text, Budget budget) {
        return escape(text, true, budget);
    }

    private static String escape(String text, boolean once, Budget budget) {
        StringBuilder out = null;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            var entity = entity(text.charAt(i));
            if (entity == null || (once && isEntity(text, i))) {
                continue;
            }
            if (out == null) {
                out = new StringBuilder(text.length() + 32);
            }
            out.append(text, from, i).append(entity);
            from = i + 1;
        }
        if (out == null) {
            return text;
        }
        budget.text(out.length());
        return out.append(text, from, text.length()).toString();
    }

    private static boolean isEntity(String text, int at) {
        if (text.charAt(at) != '&') {
            return false;
        }
        int i = at + 1;
        boolean number = i < text.length() && text.charAt(i) == '#';
        i += number ? 1 : 0;
        boolean hex = number && i < text.length() && (text.charAt(i) == 'x' || text.charAt(i) == 'X');
        i += hex ? 1 : 0;
        int from = i;
        int end = Math.min(text.length(), at + ENTITY_CHARS_MAX);
        while (i < end && isEntityPart(text.charAt(i), number, hex)) {
            i++;
        }
        return i > from && i < end && text.charAt(i) == ';';
    }

    private static boolean isEntityPart(char c, boolean number, boolean hex) {
        boolean digit = c >= '0' && c <= '9';
        boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (hex) {
            return c < 128 && Character.digit(c, 16) >= 0;
        }
        return digit || (letter && !number);
    }

    static String breaks(String text) {
        return text.replace("\r\n", "\n").replace("\n", "<br />\n");
    }

    /// The text outside of tags, comments, scripts and styles. What is opened and never closed is text.
    static String withoutTags(String text) {
        var out = new StringBuilder(text.length());
        var blocks = new Block[] {
            new Block("<script", "</script>"),
            new Block("<style", "</style>"),
            new Block("<!--", "-->"),
            new Block("<", ">")
        };
        int i = 0;
        while (i < text.length()) {
            int open = text.indexOf('<', i);
            if (open < 0) {
                break;
            }
            out.append(text, i, open);
            i = open;
            for (var block : blocks) {
                i = Math.max(i, block.end(text, open));
            }
            if (i == open) {
                out.append('<');
                i++;
            }
        }
        return out.append(text, Math.min(i, text.length()), text.length()).toString();
    }

    private static final class Block {
        private final String open;
        private final String close;
        private boolean neverCloses;

        Block(String open, String close) {
            this.open = open;
            this.close = close;
        }

        /// Where the block that opens here ends, or `at`. A search that once found nothing is not repeated: that would
        /// take quadratic time for a long row of openings.
        int end(String text, int at) {
            if (neverCloses || !text.regionMatches(true, at, open, 0, open.length())) {
                return at;
            }
            for (int i = at + open.length(); i <= text.length() - close.length(); i++) {
                if (text.charAt(i) == close.charAt(0) && text.regionMatches(true, i, close, 0, close.length())) {
                    return i + close.length();
                }
            }
            neverCloses = true;
            return at;
        }
    }
}
