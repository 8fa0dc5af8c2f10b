package reynard.template;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/// Writes the rules of `<style>` elements into the elements that they mean, for the mail programs that read nothing
/// else. What an element says itself beats a rule, as in a browser. A `<style data-inline="no">` stays as it is.
final class StyleInliner {
    private static final int SHEETS_KEPT = 200;
    /// How often a rule may be held against an element, in one email. Beyond it the `<style>` stays as it is, which
    /// most mail programs read.
    private static final long COMPARISONS_MAX = 500_000;

    private final Map<String, Stylesheet> sheets = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Stylesheet> eldest) {
            return size() > SHEETS_KEPT;
        }
    });

    /// The same HTML with its rules in its elements; as it was written, where there is none to write.
    String inlined(String html) {
        if (!hasRules(html)) {
            return html;
        }
        var document = Jsoup.parse(html);
        document.outputSettings().prettyPrint(false);
        return inline(document) ? document.outerHtml() : html;
    }

    /// A look without reading all of it, for most emails have no rules beyond media queries.
    private boolean hasRules(String html) {
        for (int at = nextStyle(html, 0); at >= 0; at = nextStyle(html, at + 1)) {
            int open = html.indexOf('>', at);
            int close = html.indexOf("</style", open);
            if (open < 0 || close < 0) {
                return true;
            }
            boolean stays = html.substring(at, open).contains("data-inline=\"no\"");
            if (!stays && !sheet(html.substring(open + 1, close)).rules().isEmpty()) {
                return true;
            }
        }
        return hasCapitalStyle(html);
    }

    /// Looked at once for both ways to write it.
    private static boolean hasCapitalStyle(String html) {
        for (int at = html.indexOf("<S"); at >= 0; at = html.indexOf("<S", at + 1)) {
            if (html.startsWith("<STYLE", at) || html.startsWith("<Style", at)) {
                return true;
            }
        }
        return false;
    }

    /// What stands in a comment, Outlook reads alone.
    private static int nextStyle(String html, int from) {
        int at = html.indexOf("<style", from);
        int comment = html.indexOf("<!--", from);
        while (comment >= 0 && comment < at) {
            int end = html.indexOf("-->", comment);
            if (end < 0) {
                return -1;
            }
            at = html.indexOf("<style", end);
            comment = html.indexOf("<!--", end);
        }
        return at;
    }

    /// @return whether anything has changed; if not, the HTML is best sent as it was written
    boolean inline(Document document) {
        var sheets = new LinkedHashMap<Element, Stylesheet>();
        for (var style : document.select("style")) {
            if (isForAll(style) && !style.attr("data-inline").equals("no")) {
                sheets.put(style, sheet(style.data()));
            }
        }
        var rules = sheets.values().stream()
                .flatMap(sheet -> sheet.rules().stream())
                .sorted(Comparator.comparingInt(Stylesheet.Rule::weight))
                .toList();
        var elements = document.body().getAllElements();
        if (rules.isEmpty() || (long) elements.size() * rules.size() > COMPARISONS_MAX) {
            return false;
        }
        for (var element : elements) {
            inline(document, element, rules);
        }
        sheets.forEach(StyleInliner::leave);
        return true;
    }

    private static boolean isForAll(Element style) {
        var media = style.attr("media").strip().toLowerCase(Locale.ROOT);
        return media.isEmpty() || media.equals("all") || media.equals("screen");
    }

    private static void leave(Element style, Stylesheet sheet) {
        if (sheet.rest().isEmpty()) {
            style.remove();
        } else {
            style.empty();
            style.appendChild(new DataNode("\n" + sheet.rest() + "\n"));
        }
    }

    private Stylesheet sheet(String css) {
        var sheet = sheets.get(css);
        if (sheet == null) {
            sheet = Stylesheet.parse(css);
            sheets.put(css, sheet);
        }
        return sheet;
    }

    private static void inline(Document document, Element element, List<Stylesheet.Rule> rules) {
        var declarations = new LinkedHashMap<String, Stylesheet.Declaration>();
        for (var rule : rules) {
            if (rule.selector().matches(document, element)) {
                rule.declarations().forEach((name, declaration) -> Stylesheet.put(declarations, name, declaration));
            }
        }
        if (declarations.isEmpty()) {
            return;
        }
        Stylesheet.declarations(element.attr("style"))
                .forEach((name, declaration) -> Stylesheet.put(declarations, name, declaration));
        element.attr(
                "style",
                declarations.entrySet().stream()
                        .map(entry -> entry.getKey() + ":" + entry.getValue().text())
                        .collect(Collectors.joining(";")));
    }
}
