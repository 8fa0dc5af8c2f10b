package reynard.tracking;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jsoup.parser.Parser;
import reynard.template.HtmlText;
import reynard.template.Tags;

/// Finds the links of an HTML email and puts others in their place. Every other byte stays as the author wrote it, and
/// what Outlook alone reads, in conditional comments, is read too.
final class HtmlLinks {
    private static final Tags<Tag> TAGS = new Tags<>(TagReader::read);

    private final String html;
    private final Function<String, Optional<String>> replacing;
    private final Tags<Tag>.Walk tags;
    private final StringBuilder out;
    private int copied;

    private HtmlLinks(String html, Function<String, Optional<String>> replacing) {
        this.html = html;
        this.replacing = replacing;
        this.tags = TAGS.walk(html);
        this.out = new StringBuilder(html.length() + html.length() / 4);
    }

    /// @param replacing gets each address, without its HTML escapes; empty: it stays
    static StringBuilder replaced(String html, Function<String, Optional<String>> replacing) {
        return new HtmlLinks(html, replacing).run();
    }

    private StringBuilder run() {
        int at = html.indexOf('<');
        while (at >= 0) {
            at = html.indexOf('<', after(at));
        }
        return out.append(html, copied, html.length());
    }

    /// Where to go on behind what begins at this `<`.
    private int after(int at) {
        if (html.startsWith("<!--", at)) {
            return afterComment(at);
        }
        if (at + 1 < html.length() && isLetter(html.charAt(at + 1))) {
            return afterTag(at);
        }
        return at + 1;
    }

    private int afterComment(int at) {
        if (html.startsWith("<!-->", at)) {
            return at + "<!-->".length();
        }
        // Outlook reads on behind the condition.
        int end = html.startsWith("<!--[if", at) ? end("]>", at) : end("-->", at);
        return end;
    }

    private int end(String mark, int from) {
        int found = html.indexOf(mark, from);
        return found < 0 ? html.length() : found + mark.length();
    }

    private int afterTag(int at) {
        var tag = tags.at(at);
        if (tag.valueTo() > 0) {
            replace(at + tag.valueFrom(), at + tag.valueTo(), tag.address());
        }
        int end = at + tag.length();
        return switch (tag.name()) {
            case "style", "script", "title", "textarea", "xmp" -> beforeEnd(tag.name(), end);
            default -> end;
        };
    }

    /// Such an element holds text, whatever it looks like.
    private int beforeEnd(String name, int from) {
        for (int i = html.indexOf("</", from); i >= 0; i = html.indexOf("</", i + 2)) {
            if (html.regionMatches(true, i + 2, name, 0, name.length())) {
                return i;
            }
        }
        return html.length();
    }

    private void replace(int valueFrom, int valueTo, String address) {
        replacing.apply(address).ifPresent(url -> {
            out.append(html, copied, valueFrom)
                    .append('"')
                    .append(HtmlText.escape(url))
                    .append('"');
            copied = valueTo;
        });
    }

    /// A tag, and where the address of its link stands in it.
    ///
    /// @param name in small letters
    /// @param valueFrom where it is written, with its quotes, from `<` on
    /// @param valueTo 0: the tag is no link
    /// @param address without its HTML escapes
    private record Tag(String name, int valueFrom, int valueTo, String address, int length) implements Tags.Tag {}

    /// Reads one tag.
    private static final class TagReader {
        private final String html;
        private final int start;
        private int valueFrom;
        private int valueTo;
        private String address = "";

        private TagReader(String html, int start) {
            this.html = html;
            this.start = start;
        }

        static Tag read(String html, int at) {
            return new TagReader(html, at).tag();
        }

        private Tag tag() {
            int i = start + 1;
            while (i < html.length() && !isSpace(html.charAt(i)) && html.charAt(i) != '>' && html.charAt(i) != '/') {
                i++;
            }
            var name = html.substring(start + 1, i).toLowerCase(Locale.ROOT);
            boolean links = name.equals("a") || name.equals("area") || name.startsWith("v:");
            int end = afterAttributes(i, links);
            return new Tag(name, valueFrom, valueTo, address, end - start);
        }

        private int afterAttributes(int from, boolean links) {
            int i = from;
            boolean linked = !links;
            while (i < html.length() && html.charAt(i) != '>') {
                if (isSpace(html.charAt(i)) || html.charAt(i) == '/') {
                    i++;
                    continue;
                }
                int nameEnd = endOfName(i);
                int valueAt = skipSpaces(nameEnd);
                if (valueAt >= html.length() || html.charAt(valueAt) != '=') {
                    i = nameEnd;
                    continue;
                }
                valueAt = skipSpaces(valueAt + 1);
                int valueEnd = endOfValue(valueAt);
                // Of two attributes with one name the first counts.
                if (!linked && nameEnd - i == 4 && html.regionMatches(true, i, "href", 0, 4)) {
                    linked = true;
                    found(valueAt, valueEnd);
                }
                i = valueEnd;
            }
            return Math.min(i + 1, html.length());
        }

        private int endOfName(int from) {
            int i = from + 1;
            while (i < html.length() && !isSpace(html.charAt(i)) && "=>/".indexOf(html.charAt(i)) < 0) {
                i++;
            }
            return i;
        }

        private int skipSpaces(int from) {
            int i = from;
            while (i < html.length() && isSpace(html.charAt(i))) {
                i++;
            }
            return i;
        }

        private int endOfValue(int from) {
            if (from < html.length() && (html.charAt(from) == '"' || html.charAt(from) == '\'')) {
                int end = html.indexOf(html.charAt(from), from + 1);
                return end < 0 ? html.length() : end + 1;
            }
            int i = from;
            while (i < html.length() && !isSpace(html.charAt(i)) && html.charAt(i) != '>') {
                i++;
            }
            return i;
        }

        private void found(int from, int to) {
            boolean quoted = from < to && "\"'".indexOf(html.charAt(from)) >= 0;
            if (quoted && (to - from < 2 || html.charAt(to - 1) != html.charAt(from))) {
                return;
            }
            var written = quoted ? html.substring(from + 1, to - 1) : html.substring(from, to);
            address = written.indexOf('&') < 0 ? written : Parser.unescapeEntities(written, true);
            valueFrom = from - start;
            valueTo = to - start;
        }
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    }
}
