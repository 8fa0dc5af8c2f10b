package reynard.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/// Markdown with Liquid in it, made HTML with the same Liquid in it. So no reader's value is ever read as Markdown: a
/// name with a bracket in it is a name and no link.
final class Markdown {
    // Private-use characters, which Markdown leaves alone everywhere, also inside the address of a link.
    private static final char OPEN = '\uE000';
    private static final char CLOSE = '\uE001';
    private static final Pattern TOKEN = Pattern.compile(OPEN + "([0-9]+)([to])" + CLOSE);
    /// A paragraph that holds tags only: they say what becomes of the paragraphs around, and are none of them.
    private static final Pattern BARE_TAGS = Pattern.compile("<p>((?:" + OPEN + "[0-9]+t" + CLOSE + "\\s*)+)</p>");

    private static final List<TablesExtension> EXTENSIONS = List.of((TablesExtension) TablesExtension.create());
    private static final Parser PARSER =
            Parser.builder().extensions(EXTENSIONS).maxOpenBlockParsers(100).build();
    private static final HtmlRenderer RENDERER =
            HtmlRenderer.builder().extensions(EXTENSIONS).build();

    private Markdown() {}

    static String html(String markdown) {
        var liquid = new ArrayList<String>();
        var plain = withTokens(markdown.replace(OPEN, ' ').replace(CLOSE, ' '), liquid);
        var html = BARE_TAGS.matcher(RENDERER.render(PARSER.parse(plain))).replaceAll("$1");
        return TOKEN.matcher(html)
                .replaceAll(token -> Matcher.quoteReplacement(liquid.get(Integer.parseInt(token.group(1)))));
    }

    private static String withTokens(String markdown, List<String> liquid) {
        var out = new StringBuilder(markdown.length());
        int from = 0;
        for (int at = markdown.indexOf('{'); at >= 0; at = markdown.indexOf('{', at)) {
            boolean tag = markdown.startsWith("{%", at);
            int end = tag || markdown.startsWith("{{", at) ? markdown.indexOf(tag ? "%}" : "}}", at + 2) : -1;
            if (end < 0) {
                at++;
                continue;
            }
            out.append(markdown, from, at)
                    .append(OPEN)
                    .append(liquid.size())
                    .append(tag ? 't' : 'o')
                    .append(CLOSE);
            liquid.add(markdown.substring(at, end + 2));
            at = end + 2;
            from = at;
        }
        return out.append(markdown, from, markdown.length()).toString();
    }
}
