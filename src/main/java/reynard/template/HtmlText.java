package reynard.template;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/// The plain text part of an email, made from its HTML: paragraphs, list items and line breaks keep their lines, a link
/// is followed by where it leads, what is hidden from a reader of the HTML stays hidden.
public final class HtmlText {
    private static final String HIDDEN = "head, style, script, [style~=(?i)display\\s*:\\s*none]";
    private static final String BLOCKS =
            "p, div, table, tr, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, section, article";

    private HtmlText() {}

    public static String of(String html) {
        var document = Jsoup.parse(html);
        document.select(HIDDEN).remove();
        var text = new Text();
        document.body().traverse(text);
        return text.finished();
    }

    /// Text as it stands in HTML, in content and in attribute values alike.
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static final class Text implements NodeVisitor {
        private final StringBuilder out = new StringBuilder();

        @Override
        public void head(Node node, int depth) {
            switch (node) {
                case TextNode text -> words(text.text());
                case Element element when element.is("br, hr") -> out.append('\n');
                case Element element
                when element.is("li") -> {
                    line();
                    out.append("- ");
                }
                case Element element when element.is("img[alt]") -> words(element.attr("alt"));
                case Element element when element.is(BLOCKS) -> line();
                default -> {}
            }
        }

        @Override
        public void tail(Node node, int depth) {
            if (node instanceof Element element) {
                if (element.is("a[href]")) {
                    link(element);
                } else if (element.is("p, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, table")) {
                    line();
                    blank();
                } else if (element.is(BLOCKS) || element.is("li")) {
                    line();
                }
            }
        }

        private void link(Element element) {
            var href = element.attr("href");
            if (!href.startsWith("#") && !element.text().strip().equals(href)) {
                out.append(" (").append(href).append(')');
            }
        }

        private void words(String text) {
            boolean atStart = out.isEmpty() || out.charAt(out.length() - 1) == '\n';
            boolean spaced = !out.isEmpty() && out.charAt(out.length() - 1) == ' ';
            out.append(atStart || spaced ? text.stripLeading() : text);
        }

        private void line() {
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
            return out.toString().strip() + "\n";
        }
    }
}
