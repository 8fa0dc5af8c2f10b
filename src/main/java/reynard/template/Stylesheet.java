package reynard.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jsoup.select.Evaluator;
import org.jsoup.select.QueryParser;
import org.jsoup.select.Selector;

/// The rules of a `<style>` element, divided into those that can be written into the elements they mean and those that
/// only the reader's mail program can judge: media queries, `:hover`, fonts.
///
/// @param rules in their order
/// @param rest CSS, to be left in the `<style>` element
record Stylesheet(List<Rule> rules, String rest) {
    /// What jsoup and CSS understand alike. Selectors with a colon depend on what the reader does.
    private static final Pattern PLAIN = Pattern.compile(
            "(?:[A-Za-z0-9_.#>+*\\s-]|\\[[A-Za-z0-9_-]+(?:[*^$]?=(?:\"[^\"\\]]*\"|'[^'\\]]*'|[A-Za-z0-9_-]+))?])+");

    Stylesheet {
        rules = List.copyOf(rules);
    }

    /// @param weight by which one rule beats another: ids, then classes and attributes, then names, then the order
    record Rule(Evaluator selector, int weight, Map<String, Declaration> declarations) {}

    /// @param value without `!important`
    record Declaration(String value, boolean important) {
        String text() {
            return important ? value + " !important" : value;
        }
    }

    static Stylesheet parse(String css) {
        var rules = new ArrayList<Rule>();
        var rest = new StringBuilder();
        var text = withoutComments(css);
        for (int at = 0; at < text.length(); ) {
            int block = text.indexOf('{', at);
            int statement = text.indexOf(';', at);
            if (statement >= 0 && (block < 0 || statement < block)) {
                // `@import …;` and the like; anything else without a block means nothing.
                var words = text.substring(at, statement + 1).strip();
                rest.append(words.startsWith("@") ? words + "\n" : "");
                at = statement + 1;
                continue;
            }
            if (block < 0) {
                break;
            }
            int end = endOfBlock(text, block);
            var head = text.substring(at, block).strip();
            var body = text.substring(block + 1, Math.max(block + 1, end - 1));
            if (head.startsWith("@")) {
                rest.append(text, at, end).append('\n');
            } else {
                divide(head, body, rules, rest);
            }
            at = end;
        }
        return new Stylesheet(rules, rest.toString().strip());
    }

    private static void divide(String head, String body, List<Rule> rules, StringBuilder rest) {
        var declarations = declarations(body);
        var left = new ArrayList<String>();
        for (var one : head.split(",")) {
            var selector = one.strip();
            if (!PLAIN.matcher(selector).matches()) {
                left.add(selector);
                continue;
            }
            try {
                rules.add(new Rule(QueryParser.parse(selector), weight(selector), declarations));
            } catch (Selector.SelectorParseException | IllegalArgumentException e) {
                left.add(selector);
            }
        }
        if (!left.isEmpty()) {
            rest.append(String.join(", ", left)).append(" {").append(body).append("}\n");
        }
    }

    private static String withoutComments(String css) {
        var out = new StringBuilder(css.length());
        int from = 0;
        for (int at = css.indexOf("/*"); at >= 0; at = css.indexOf("/*", from)) {
            out.append(css, from, at);
            int end = css.indexOf("*/", at + 2);
            if (end < 0) {
                return out.toString();
            }
            from = end + 2;
        }
        return out.append(css, from, css.length()).toString();
    }

    private static int endOfBlock(String css, int open) {
        int depth = 0;
        for (int i = open; i < css.length(); i++) {
            depth += css.charAt(i) == '{' ? 1 : css.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
        }
        return css.length();
    }

    private static int weight(String selector) {
        var bare = selector.replaceAll("\\[[^\\]]*]", "[");
        int ids = 0;
        int classes = 0;
        int names = 0;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            ids += c == '#' ? 1 : 0;
            classes += c == '.' || c == '[' ? 1 : 0;
            names += isWordStart(bare, i) ? 1 : 0;
        }
        return Math.min(ids, 99) * 10_000 + Math.min(classes, 99) * 100 + Math.min(names, 99);
    }

    private static boolean isWordStart(String selector, int at) {
        return Character.isLetter(selector.charAt(at))
                && (at == 0 || " >+\n\t\r*".indexOf(selector.charAt(at - 1)) >= 0);
    }

    /// By property, in their order; of two of the same property the stronger one stays.
    static Map<String, Declaration> declarations(String css) {
        var declarations = new LinkedHashMap<String, Declaration>();
        for (var one : split(css)) {
            int colon = one.indexOf(':');
            if (colon <= 0) {
                continue;
            }
            var name = one.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            var value = one.substring(colon + 1).strip();
            boolean important =
                    value.toLowerCase(Locale.ROOT).replaceAll("\\s", "").endsWith("!important");
            put(
                    declarations,
                    name,
                    new Declaration(
                            important
                                    ? value.substring(0, value.lastIndexOf('!')).strip()
                                    : value,
                            important));
        }
        return declarations;
    }

    /// The later one wins, unless only the earlier one is important. It also takes the later place, so that a shorthand
    /// and its parts keep their order.
    static void put(Map<String, Declaration> declarations, String name, Declaration declaration) {
        var before = declarations.get(name);
        if (before == null || declaration.important || !before.important) {
            declarations.remove(name);
            declarations.put(name, declaration);
        }
    }

    /// At semicolons that stand outside of quotes and brackets, as in `url(data:image/png;base64,…)`.
    private static List<String> split(String css) {
        var parts = new ArrayList<String>();
        int from = 0;
        int depth = 0;
        char quote = 0;
        for (int i = 0; i < css.length(); i++) {
            char c = css.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '(' || c == ')') {
                depth += c == '(' ? 1 : -1;
            } else if (c == ';' && depth <= 0) {
                parts.add(css.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(css.substring(from));
        return parts;
    }
}
