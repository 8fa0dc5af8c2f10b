package reynard.template;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.template.liquid.Budget;
import reynard.template.liquid.Escaping;
import reynard.template.liquid.LiquidError;
import reynard.template.liquid.Markup;
import reynard.template.liquid.RenderOptions;
import reynard.template.liquid.Template;

/// Values in; subject, HTML and plain text out. One budget bounds the whole email, its snippets included.
public final class EmailRenderer {
    private static final int TEMPLATES_KEPT = 500;
    private static final int SOURCES_KEPT = 100;
    /// How deep snippets may stand in one another.
    static final int SNIPPET_DEPTH_MAX = 5;

    /// How many characters a list of emails shows of a preview text, and more; what it lacks would be filled from the
    /// content.
    private static final int PREVIEW_SHOWN = 110;

    /// Takes room in a list of emails and shows nothing.
    private static final String PADDING = "&#847;&zwnj;&nbsp;";

    private final Map<Piece, Parsed> templates = cache(TEMPLATES_KEPT);
    /// The letters of an email follow each other: all that it is made of is found at once.
    private final Map<Source, Map<String, Parsed>> sources = cache(SOURCES_KEPT);
    private final StyleInliner styles = new StyleInliner();

    private record Piece(String source, Format format) {}

    /// @param snippets the keys of those that it names
    private record Parsed(Template template, Set<String> snippets) {}

    private static <K, V> Map<K, V> cache(int entriesMax) {
        return Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > entriesMax;
            }
        });
    }

    /// What the author wrote.
    ///
    /// @param layout Liquid, with `{{ message_content }}` where the content goes
    /// @param format of the content
    public record Source(String subject, String previewText, String content, String layout, Format format) {
        public Source(String subject, String previewText, String content, String layout) {
            this(subject, previewText, content, layout, Format.HTML);
        }
    }

    /// What differs from reader to reader, and what differs from moment to moment.
    ///
    /// @param subscriber what `subscriber.` names: first name, email address, custom fields by key
    /// @param snippets by key: those that the source names and those that these name, see [#snippets]
    /// @param address the postal address, lines separated by line breaks; may be empty
    /// @param zone of the dates in it
    public record Values(
            Map<String, ? extends @Nullable Object> subscriber,
            Map<String, Snippet> snippets,
            String unsubscribeUrl,
            String address,
            Instant now,
            ZoneId zone) {
        public Values {
            snippets = Map.copyOf(snippets);
        }

        public Values(
                Map<String, ? extends @Nullable Object> subscriber,
                String unsubscribeUrl,
                String address,
                Instant now) {
            this(subscriber, Map.of(), unsubscribeUrl, address, now, ZoneOffset.UTC);
        }
    }

    /// An email, ready but for its headers.
    public record Rendered(String subject, String html, String text) {}

    /// The keys of the snippets that an email names itself.
    ///
    /// @throws BrokenEmail when a piece of it is no Liquid
    public Set<String> snippets(Source source) {
        var keys = new LinkedHashSet<String>();
        parsed(source).values().forEach(piece -> keys.addAll(piece.snippets()));
        return keys;
    }

    /// The variables that an email and the snippets in it name, as dotted paths.
    ///
    /// @throws BrokenEmail when a piece of it is no Liquid
    public Set<String> variables(Source source, Map<String, Snippet> snippets) {
        var variables = new LinkedHashSet<String>();
        parsed(source)
                .values()
                .forEach(piece -> variables.addAll(piece.template().variables()));
        snippets.values()
                .forEach(snippet -> variables.addAll(parsed(named(snippet), new Piece(snippet.content(), Format.HTML))
                        .template()
                        .variables()));
        return variables;
    }

    private static Map<String, Piece> pieces(Source source) {
        var pieces = new LinkedHashMap<String, Piece>();
        pieces.put("subject", new Piece(source.subject(), Format.HTML));
        pieces.put("preview_text", new Piece(source.previewText(), Format.HTML));
        pieces.put("content", new Piece(source.content(), source.format()));
        pieces.put("email_template", new Piece(source.layout(), Format.HTML));
        return pieces;
    }

    private static Set<String> keys(Template template) {
        var keys = new LinkedHashSet<String>();
        for (var variable : template.variables()) {
            if (variable.startsWith("snippet.")) {
                int end = variable.indexOf('.', "snippet.".length());
                keys.add(variable.substring("snippet.".length(), end < 0 ? variable.length() : end));
            }
        }
        return keys;
    }

    /// @throws BrokenEmail when a piece cannot be parsed, breaks a budget, or a snippet leads back to itself
    public Rendered render(Source source, Values values) {
        return new Rendering(values).of(source);
    }

    /// The subject alone.
    ///
    /// @throws BrokenEmail as [#render] does
    public String subject(String subject, Values values) {
        return new Rendering(values).subject(new Source(subject, "", "", ""));
    }

    /// The content alone, without a layout and what every email has at its end: for a page, which is of no list.
    ///
    /// @throws BrokenEmail as [#render] does
    public String content(String content, Format format, Values values) {
        return new Rendering(values).content(new Source("", "", content, "", format));
    }

    /// What is wrong with what an author wrote, whoever gets it: it is no Liquid. Its snippets and layout are not
    /// looked at; they may change.
    public static Optional<BrokenEmail> fault(String subject, String previewText, String content, Format format) {
        try {
            pieces(new Source(subject, previewText, content, "", format)).forEach(EmailRenderer::parse);
            return Optional.empty();
        } catch (BrokenEmail broken) {
            return Optional.of(broken);
        }
    }

    private Map<String, Parsed> parsed(Source source) {
        var known = sources.get(source);
        if (known != null) {
            return known;
        }
        var parsed = new LinkedHashMap<String, Parsed>();
        pieces(source).forEach((name, piece) -> parsed.put(name, parsed(name, piece)));
        sources.put(source, parsed);
        return parsed;
    }

    private Parsed parsed(String name, Piece piece) {
        var known = templates.get(piece);
        if (known != null) {
            return known;
        }
        var template = parse(name, piece);
        var parsed = new Parsed(template, keys(template));
        templates.put(piece, parsed);
        return parsed;
    }

    private static Template parse(String name, Piece piece) {
        try {
            var template = Template.parse(piece.source());
            return switch (piece.format()) {
                case HTML -> template;
                // Parsed as it was written before, so that an error names the author's own lines.
                case MARKDOWN -> Template.parse(Markdown.html(piece.source()));
            };
        } catch (LiquidError e) {
            throw new BrokenEmail(name, e);
        }
    }

    private static String named(Snippet snippet) {
        return "snippet " + snippet.key();
    }

    /// One email on its way.
    private final class Rendering {
        private final Values values;
        private final RenderOptions plain;
        private final RenderOptions escaped;
        private final Map<String, Object> data = new HashMap<>();
        /// What snippets have become: texts as they are, blocks as HTML.
        private final Map<String, Object> snippets = new HashMap<>();
        private final Map<String, Integer> depths = new HashMap<>();

        Rendering(Values values) {
            var budget = new Budget();
            this.values = values;
            this.plain = new RenderOptions(budget, Escaping.NONE, values.now(), values.zone());
            this.escaped = new RenderOptions(budget, Escaping.HTML, values.now(), values.zone());
            data.put("subscriber", values.subscriber());
            data.put("snippet", snippets);
            data.put("unsubscribe_url", values.unsubscribeUrl());
            data.put("unsubscribe_link", new Markup(link()));
            data.put("address", new Markup(address()));
        }

        private String link() {
            return "<a href=\"" + HtmlText.escape(values.unsubscribeUrl()) + "\">Unsubscribe</a>";
        }

        private String address() {
            return HtmlText.escape(values.address().strip()).replace("\n", "<br>");
        }

        Rendered of(Source source) {
            var pieces = resolved(source);
            var subject = text("subject", pieces);
            var preview = text("preview_text", pieces).strip();
            data.put("preview_text", new Markup(padded(preview)));
            data.put("message_content", new Markup(content(pieces)));
            var layout = piece(pieces, "email_template").template();
            var html = rendered("email_template", layout, escaped);
            if (!preview.isEmpty() && !layout.variables().contains("preview_text")) {
                html = behindBodyTag(html, padded(preview));
            }
            return finished(subject.strip(), html);
        }

        String subject(Source source) {
            return text("subject", resolved(source)).strip();
        }

        String content(Source source) {
            return content(resolved(source));
        }

        private String content(Map<String, Parsed> pieces) {
            return rendered("content", piece(pieces, "content").template(), escaped);
        }

        private Map<String, Parsed> resolved(Source source) {
            var pieces = parsed(source);
            pieces.values().forEach(piece -> resolve(piece.snippets(), new LinkedHashSet<>()));
            return pieces;
        }

        private static Parsed piece(Map<String, Parsed> pieces, String name) {
            return java.util.Objects.requireNonNull(pieces.get(name));
        }

        /// Subject and preview text: nobody reads HTML in them.
        private String text(String name, Map<String, Parsed> pieces) {
            var piece = piece(pieces, name);
            var template = piece.template();
            if (piece.snippets().isEmpty()) {
                return rendered(name, template, plain);
            }
            var texts = new HashMap<String, Object>();
            snippets.forEach((key, value) -> texts.put(
                    key,
                    value instanceof Markup(var html)
                            ? HtmlText.of(html).replaceAll("\\s+", " ").strip()
                            : value));
            data.put("snippet", texts);
            try {
                return rendered(name, template, plain);
            } finally {
                data.put("snippet", snippets);
            }
        }

        private String rendered(String name, Template template, RenderOptions options) {
            try {
                return template.render(data, options);
            } catch (LiquidError e) {
                throw new BrokenEmail(name, e);
            }
        }

        /// Renders the snippets that these keys name, and first those that they name themselves.
        ///
        /// @param way the keys that led here
        /// @return how deep they stand in one another
        private int resolve(Set<String> keys, Set<String> way) {
            int deepest = 0;
            for (var key : keys) {
                var snippet = values.snippets().get(key);
                if (snippet != null) {
                    deepest = Math.max(deepest, resolve(snippet, way));
                }
            }
            return deepest;
        }

        private int resolve(Snippet snippet, Set<String> way) {
            var key = snippet.key();
            if (!way.add(key)) {
                throw new BrokenEmail(
                        named(snippet), "leads back to itself: " + String.join(" -> ", way) + " -> " + key);
            }
            int depth = depths.getOrDefault(key, 0);
            if (way.size() + Math.max(0, depth - 1) > SNIPPET_DEPTH_MAX) {
                throw new BrokenEmail(
                        named(snippet),
                        "is more than " + SNIPPET_DEPTH_MAX + " snippets deep: " + String.join(" -> ", way));
            }
            if (depth == 0) {
                var parsed = parsed(named(snippet), new Piece(snippet.content(), Format.HTML));
                depth = 1 + resolve(parsed.snippets(), way);
                snippets.put(key, written(snippet, parsed.template()));
                depths.put(key, depth);
            }
            way.remove(key);
            return depth;
        }

        private Object written(Snippet snippet, Template template) {
            return switch (snippet.kind()) {
                case INLINE -> rendered(named(snippet), template, plain);
                case BLOCK -> new Markup(rendered(named(snippet), template, escaped));
            };
        }

        private Rendered finished(String subject, String html) {
            var body = styles.inlined(html);
            var text = HtmlText.of(body);
            var footer = footer(text);
            return footer.isEmpty()
                    ? new Rendered(subject, body, text)
                    : new Rendered(
                            subject, atBodyEnd(body, footer), text.stripTrailing() + "\n\n" + HtmlText.of(footer));
        }

        /// Nobody is mailed without a way out and without the sender's address, whatever the layout says or hides: what
        /// the text part lacks, no reader of the HTML sees either.
        private String footer(String text) {
            var footer = new StringBuilder();
            var address = values.address().strip();
            if (!address.isEmpty() && !holds(text, address)) {
                footer.append("<p>").append(address()).append("</p>");
            }
            if (!text.contains(values.unsubscribeUrl())) {
                footer.append("<p>").append(link()).append("</p>");
            }
            return footer.toString();
        }

        /// Whether a text holds these words, with any white space between them.
        private static boolean holds(String text, String words) {
            return text.contains(words) || text.replaceAll("\\s+", " ").contains(words.replaceAll("\\s+", " "));
        }

        private static String atBodyEnd(String html, String footer) {
            int end = html.toLowerCase(Locale.ROOT).lastIndexOf("</body>");
            return end < 0 ? html + footer : html.substring(0, end) + footer + html.substring(end);
        }

        private static String behindBodyTag(String html, String preview) {
            int body = html.toLowerCase(Locale.ROOT).indexOf("<body");
            int end = body < 0 ? 0 : html.indexOf('>', body) + 1;
            return html.substring(0, end)
                    + "<div style=\"display:none;max-height:0;overflow:hidden\">" + preview + "</div>"
                    + html.substring(end);
        }

        private static String padded(String preview) {
            return preview.isEmpty()
                    ? ""
                    : HtmlText.escape(preview) + PADDING.repeat(Math.max(0, PREVIEW_SHOWN - preview.length()));
        }
    }
}
