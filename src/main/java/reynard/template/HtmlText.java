package reynard.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jsoup.parser.Parser;

/// The plain text part of an email, made from its HTML: paragraphs, list items and line breaks keep their lines, links
/// are numbered and listed at the end, what is hidden from a reader of the HTML stays hidden.
///
/// The HTML is read tag by tag, without a tree: this happens for every email that goes out.
public final class HtmlText {
    private static final Set<String> UNSEEN =
            Set.of("head", "style", "script", "template", "title", "noscript", "textarea", "select");
    /// Their content is text, whatever it looks like.
    private static final Set<String> RAW = Set.of("style", "script", "title", "textarea");

    private static final Set<String> EMPTY = Set.of(
            "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr");
    private static final Set<String> BLOCKS = Set.of(
            "p",
            "div",
            "table",
            "tr",
            "ul",
            "ol",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "section",
            "article",
            "header",
            "footer",
            "main",
            "li",
            "pre",
            "center",
            "dl",
            "dt",
            "dd",
            "figure");
    private static final Set<String> SPACED =
            Set.of("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table", "pre", "dl");
    private static final List<String> HIDING =
            List.of("display:none", "visibility:hidden", "font-size:0;", "font-size:0px", "opacity:0;", "max-height:0");
    private static final int NAME_MAX = 12;
    private static final Tags<Tag> TAGS = new Tags<>(TagReader::read);

    private final String html;
    private final Tags<Tag>.Walk tags;
    private final StringBuilder out;
    /// Their numbers by where they lead, from 1.
    private final Map<String, Integer> links = new LinkedHashMap<>();

    /// The link that is open, and where its text begins.
    private String link = "";

    private int linkAt;
    private int preformatted;
    private boolean gap;

    /// The name of the outermost element that is hidden, and how many of its name are open in it.
    private String hidden = "";

    private int hiddenDepth;

    private HtmlText(String html) {
        this.html = html;
        this.tags = TAGS.walk(html);
        this.out = new StringBuilder(html.length() / 2);
    }

    public static String of(String html) {
        return new HtmlText(html).read();
    }

    /// Text as it stands in HTML, in content and in attribute values alike.
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private String read() {
        int at = 0;
        while (at < html.length()) {
            int tag = nextTag(at);
            text(at, tag);
            at = tag < html.length() ? afterTag(tag) : tag;
        }
        return finished();
    }

    /// Where the next thing begins that is no text.
    private int nextTag(int from) {
        int at = html.indexOf('<', from);
        while (at >= 0 && at + 1 < html.length()) {
            char next = html.charAt(at + 1);
            if (isLetter(next) || next == '/' || next == '!' || next == '?') {
                return at;
            }
            at = html.indexOf('<', at + 1);
        }
        return html.length();
    }

    private int afterTag(int at) {
        if (html.startsWith("<!--", at)) {
            return html.startsWith("<!-->", at) ? at + 5 : behind(html, "-->", at + 4);
        }
        if (!isLetter(html.charAt(at + 1)) && !(html.charAt(at + 1) == '/' && isLetterAt(at + 2))) {
            return behind(html, ">", at);
        }
        var tag = tags.at(at);
        int end = at + tag.length();
        if (tag.closing()) {
            closed(tag);
            return end;
        }
        opened(tag);
        return tag.raw() ? beforeClosing(tag.name(), end) : end;
    }

    private static int behind(String html, String mark, int from) {
        int found = html.indexOf(mark, from);
        return found < 0 ? html.length() : found + mark.length();
    }

    private int beforeClosing(String name, int from) {
        for (int at = html.indexOf("</", from); at >= 0; at = html.indexOf("</", at + 2)) {
            if (html.regionMatches(true, at + 2, name, 0, name.length())) {
                return at;
            }
        }
        return html.length();
    }

    private boolean isLetterAt(int at) {
        return at < html.length() && isLetter(html.charAt(at));
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
    }

    /// What a tag means here.
    ///
    /// @param name in small letters
    /// @param hides whether nobody sees what is in it
    /// @param block whether it begins a line
    /// @param raw whether its content is text, whatever it looks like
    /// @param href without white space around it; may be empty
    private record Tag(
            String name,
            boolean closing,
            boolean hides,
            boolean block,
            boolean raw,
            String href,
            String alt,
            int length)
            implements Tags.Tag {}

    /// Reads one tag.
    private static final class TagReader {
        private final String html;
        private String href = "";
        private String alt = "";
        private String style = "";
        private boolean hides;

        private TagReader(String html) {
            this.html = html;
        }

        static Tag read(String html, int at) {
            return new TagReader(html).tag(at);
        }

        private Tag tag(int at) {
            boolean closing = html.charAt(at + 1) == '/';
            int from = at + (closing ? 2 : 1);
            int i = from;
            while (i < html.length() && !isSpace(html.charAt(i)) && html.charAt(i) != '>' && html.charAt(i) != '/') {
                i++;
            }
            // No name that means anything here is longer.
            var name = html.substring(from, Math.min(i, from + NAME_MAX)).toLowerCase(Locale.ROOT);
            int end = closing ? behind(html, ">", i) : attributes(i);
            return new Tag(name, closing, hides(name), BLOCKS.contains(name), RAW.contains(name), href, alt, end - at);
        }

        /// Those that mean something here.
        private int attributes(int from) {
            int i = from;
            while (i < html.length() && html.charAt(i) != '>') {
                if (isSpace(html.charAt(i)) || html.charAt(i) == '/') {
                    i++;
                    continue;
                }
                int name = i++;
                while (i < html.length() && !isSpace(html.charAt(i)) && "=>/".indexOf(html.charAt(i)) < 0) {
                    i++;
                }
                int nameEnd = i;
                i = pastSpaces(i);
                if (i >= html.length() || html.charAt(i) != '=') {
                    set(name, nameEnd, "");
                    i = nameEnd;
                    continue;
                }
                i = value(name, nameEnd, pastSpaces(i + 1));
            }
            return Math.min(i + 1, html.length());
        }

        private int pastSpaces(int from) {
            int i = from;
            while (i < html.length() && isSpace(html.charAt(i))) {
                i++;
            }
            return i;
        }

        private int value(int name, int nameEnd, int from) {
            if (from < html.length() && (html.charAt(from) == '"' || html.charAt(from) == '\'')) {
                int quote = html.indexOf(html.charAt(from), from + 1);
                int valueEnd = quote < 0 ? html.length() : quote;
                set(name, nameEnd, html.substring(from + 1, valueEnd));
                return Math.min(valueEnd + 1, html.length());
            }
            int i = from;
            while (i < html.length() && !isSpace(html.charAt(i)) && html.charAt(i) != '>') {
                i++;
            }
            set(name, nameEnd, html.substring(from, i));
            return i;
        }

        private void set(int name, int nameEnd, String value) {
            switch (nameEnd - name) {
                case 3 -> alt = is(name, "alt") ? unescaped(value) : alt;
                case 4 ->
                    href = is(name, "href") && href.isEmpty() ? unescaped(value).strip() : href;
                case 5 -> style = is(name, "style") ? value : style;
                case 6 -> hides |= is(name, "hidden");
                default -> {}
            }
        }

        private boolean is(int at, String name) {
            return html.regionMatches(true, at, name, 0, name.length());
        }

        private boolean hides(String name) {
            if (hides || UNSEEN.contains(name)) {
                return true;
            }
            if (style.isEmpty()) {
                return false;
            }
            var meant = meant(style);
            for (var hiding : HIDING) {
                if (meant.contains(hiding)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// The declarations of a style, without white space and importance.
    private static String meant(String style) {
        var meant = new StringBuilder(style.length() + 1);
        for (int i = 0; i < style.length(); i++) {
            char c = style.charAt(i);
            if (c > ' ') {
                meant.append(c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c);
            }
        }
        return meant.append(';').toString().replace("!important", "");
    }

    private static String unescaped(String text) {
        return text.indexOf('&') < 0 ? text : Parser.unescapeEntities(text, false);
    }

    private void opened(Tag tag) {
        var name = tag.name();
        if (!hidden.isEmpty()) {
            boolean ends = (hidden.equals("p") && tag.block()) || (hidden.equals("head") && name.equals("body"));
            if (!ends) {
                hiddenDepth += hidden.equals(name) ? 1 : 0;
                return;
            }
            hidden = "";
        }
        if (tag.hides()) {
            if (!EMPTY.contains(name)) {
                hidden = name;
                hiddenDepth = 1;
            }
            return;
        }
        switch (name) {
            case "br" -> out.append('\n');
            case "hr" -> {
                line();
                out.append("---\n");
            }
            case "li" -> {
                line();
                out.append("- ");
            }
            case "td", "th" -> gap = !atLineStart();
            case "img" -> words(tag.alt());
            case "a" -> {
                link = tag.href();
                linkAt = out.length();
            }
            case "pre" -> {
                line();
                preformatted++;
            }
            default -> {
                if (tag.block()) {
                    line();
                }
            }
        }
    }

    private void closed(Tag tag) {
        var name = tag.name();
        if (!hidden.isEmpty()) {
            hiddenDepth -= hidden.equals(name) ? 1 : 0;
            hidden = hiddenDepth == 0 ? "" : hidden;
            return;
        }
        if (name.equals("a")) {
            linked();
        } else if (tag.block()) {
            preformatted = Math.max(0, preformatted - (name.equals("pre") ? 1 : 0));
            line();
            if (SPACED.contains(name)) {
                blank();
            }
        }
    }

    private void linked() {
        var href = link;
        link = "";
        if (href.isEmpty() || href.startsWith("#")) {
            return;
        }
        int from = Math.min(linkAt, out.length());
        if (out.substring(from).strip().equals(href)) {
            return;
        }
        words(" [" + links.computeIfAbsent(href, _ -> links.size() + 1) + "]");
    }

    private void text(int from, int to) {
        if (from == to || !hidden.isEmpty()) {
            return;
        }
        var text = unescaped(html.substring(from, to));
        if (preformatted > 0) {
            out.append(text);
        } else {
            words(text);
        }
    }

    /// White space is one space, and none where a line begins or one stands already.
    private void words(String text) {
        boolean spaced = atLineStart() || out.charAt(out.length() - 1) == ' ';
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            if (isBlank(c)) {
                if (!spaced) {
                    out.append(' ');
                    spaced = true;
                }
                i++;
            } else if (isNothing(c)) {
                i++;
            } else {
                if (gap && !spaced) {
                    out.append(' ');
                }
                gap = false;
                spaced = false;
                int end = wordsEnd(text, i + 1);
                out.append(text, i, end);
                i = end;
            }
        }
    }

    /// Where words end that stand one space from each other.
    private static int wordsEnd(String text, int from) {
        int end = from;
        while (end < text.length() && (isOfWord(text.charAt(end)) || isSpaceInside(text, end))) {
            end++;
        }
        return end;
    }

    private static boolean isSpaceInside(String text, int at) {
        return text.charAt(at) == ' ' && at + 1 < text.length() && isOfWord(text.charAt(at + 1));
    }

    private static boolean isOfWord(char c) {
        return (c > ' ' && c < '\u00A0') || (!isBlank(c) && !isNothing(c));
    }

    private static boolean isBlank(char c) {
        return isSpace(c) || c == '\u00A0';
    }

    private static boolean isNothing(char c) {
        return c == '\u200B' || c == '\u00AD';
    }

    private boolean atLineStart() {
        return out.isEmpty() || out.charAt(out.length() - 1) == '\n';
    }

    private void line() {
        gap = false;
        while (!out.isEmpty() && out.charAt(out.length() - 1) == ' ') {
            out.setLength(out.length() - 1);
        }
        if (!out.isEmpty() && out.charAt(out.length() - 1) != '\n') {
            out.append('\n');
        }
    }

    private void blank() {
        int length = out.length();
        if (length >= 2 && out.charAt(length - 2) != '\n') {
            out.append('\n');
        }
    }

    private String finished() {
        var text = new StringBuilder(out.toString().strip());
        links.forEach((href, number) -> text.append(number == 1 ? "\n\n[" : "\n[")
                .append(number)
                .append("] ")
                .append(href));
        return text.append('\n').toString();
    }
}
