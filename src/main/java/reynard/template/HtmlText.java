package reynard.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;

/// The plain text part of an email, made from its HTML: paragraphs, list items and line breaks keep their lines, links
/// are numbered and listed at the end, what is hidden from a reader of the HTML stays hidden.
public final class HtmlText {
    private static final Set<String> UNSEEN = Set.of("head", "style", "script", "template", "title", "noscript");
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

    private HtmlText() {}

    public static String of(String html) {
        return of(Jsoup.parse(html));
    }

    static String of(Document document) {
        var text = new Text();
        document.body().filter(text);
        return text.finished();
    }

    /// Text as it stands in HTML, in content and in attribute values alike.
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static boolean isHidden(Element element) {
        if (UNSEEN.contains(element.normalName()) || element.hasAttr("hidden")) {
            return true;
        }
        var style = element.attr("style");
        if (style.isEmpty()) {
            return false;
        }
        var plain = style.toLowerCase(Locale.ROOT).replaceAll("\\s+", "").replace("!important", "") + ";";
        return HIDING.stream().anyMatch(plain::contains);
    }

    private static final class Text implements NodeFilter {
        private final StringBuilder out = new StringBuilder();
        private final List<String> links = new ArrayList<>();
        private int preformatted;
        private boolean gap;

        @Override
        public FilterResult head(Node node, int depth) {
            switch (node) {
                case TextNode text -> words(text);
                case Element element
                when isHidden(element) -> {
                    return FilterResult.SKIP_ENTIRELY;
                }
                case Element element -> opened(element);
                default -> {}
            }
            return FilterResult.CONTINUE;
        }

        private void opened(Element element) {
            switch (element.normalName()) {
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
                case "img" -> words(element.attr("alt"));
                case "pre" -> {
                    line();
                    preformatted++;
                }
                default -> {
                    if (BLOCKS.contains(element.normalName())) {
                        line();
                    }
                }
            }
        }

        @Override
        public FilterResult tail(Node node, int depth) {
            if (node instanceof Element element) {
                var name = element.normalName();
                if (name.equals("a")) {
                    link(element);
                } else if (BLOCKS.contains(name)) {
                    preformatted -= name.equals("pre") ? 1 : 0;
                    line();
                    if (SPACED.contains(name)) {
                        blank();
                    }
                }
            }
            return FilterResult.CONTINUE;
        }

        private void link(Element element) {
            var href = element.attr("href").strip();
            if (href.isEmpty() || href.startsWith("#") || element.text().strip().equals(href)) {
                return;
            }
            int known = links.indexOf(href);
            if (known < 0) {
                links.add(href);
                known = links.size() - 1;
            }
            words(" [" + (known + 1) + "]");
        }

        private void words(TextNode text) {
            if (preformatted > 0) {
                out.append(text.getWholeText());
            } else {
                words(text.text());
            }
        }

        private void words(String text) {
            if (gap && !text.isBlank()) {
                gap = false;
                if (!atLineStart() && out.charAt(out.length() - 1) != ' ') {
                    out.append(' ');
                }
            }
            boolean spaced = !out.isEmpty() && out.charAt(out.length() - 1) == ' ';
            out.append(atLineStart() || spaced ? text.stripLeading() : text);
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

        String finished() {
            var text = new StringBuilder(out.toString().strip());
            for (int i = 0; i < links.size(); i++) {
                text.append(i == 0 ? "\n\n" : "\n")
                        .append('[')
                        .append(i + 1)
                        .append("] ")
                        .append(links.get(i));
            }
            return text.append('\n').toString();
        }
    }
}
