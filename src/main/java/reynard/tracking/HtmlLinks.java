package reynard.tracking;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jsoup.parser.Parser;
import reynard.template.HtmlText;

/// Finds the links of an HTML email and puts others in their place. Every other byte stays as the author wrote it, and
/// what Outlook alone reads, in conditional comments, is read too.
final class HtmlLinks {
    private final String html;
    private final Function<String, Optional<String>> replacing;
    private final StringBuilder out;
    private int copied;

    private HtmlLinks(String html, Function<String, Optional<String>> replacing) {
        this.html = html;
        this.replacing = replacing;
        this.out = new StringBuilder(html.length() + html.length() / 4);
    }

    /// @param replacing gets each address, without its HTML escapes; empty: it stays
    static String replaced(String html, Function<String, Optional<String>> replacing) {
        return new HtmlLinks(html, replacing).run();
    }

    private String run() {
        int at = html.indexOf('<');
        while (at >= 0) {
            at = html.indexOf('<', after(at));
        }
        return out.append(html, copied, html.length()).toString();
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
        int i = at + 1;
        while (i < html.length() && !isSpace(html.charAt(i)) && html.charAt(i) != '>' && html.charAt(i) != '/') {
            i++;
        }
        var name = html.substring(at + 1, i).toLowerCase(Locale.ROOT);
        boolean links = name.equals("a") || name.equals("area") || name.startsWith("v:");
        i = afterAttributes(i, links);
        return switch (name) {
            case "style", "script", "title", "textarea", "xmp" -> beforeEnd(name, i);
            default -> i;
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
                replace(valueAt, valueEnd);
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

    private void replace(int valueAt, int valueEnd) {
        boolean quoted = valueAt < valueEnd && "\"'".indexOf(html.charAt(valueAt)) >= 0;
        if (quoted && (valueEnd - valueAt < 2 || html.charAt(valueEnd - 1) != html.charAt(valueAt))) {
            return;
        }
        var written = quoted ? html.substring(valueAt + 1, valueEnd - 1) : html.substring(valueAt, valueEnd);
        var address = written.indexOf('&') < 0 ? written : Parser.unescapeEntities(written, true);
        replacing.apply(address).ifPresent(url -> {
            out.append(html, copied, valueAt)
                    .append('"')
                    .append(HtmlText.escape(url))
                    .append('"');
            copied = valueEnd;
        });
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    }
}
