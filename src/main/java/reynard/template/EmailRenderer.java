package reynard.template;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reynard.template.liquid.Budget;
import reynard.template.liquid.Escaping;
import reynard.template.liquid.LiquidError;
import reynard.template.liquid.Markup;
import reynard.template.liquid.RenderOptions;
import reynard.template.liquid.Template;

/// Values in; subject, HTML and plain text out. One budget bounds the whole email.
public final class EmailRenderer {
    private static final int TEMPLATES_KEPT = 500;

    private final Map<String, Template> templates = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Template> eldest) {
            return size() > TEMPLATES_KEPT;
        }
    });

    /// What the author wrote.
    ///
    /// @param layout Liquid, with `{{ message_content }}` where the content goes
    public record Source(String subject, String previewText, String content, String layout) {}

    /// What differs from reader to reader.
    ///
    /// @param subscriber what `subscriber.` names: first name, email address, custom fields by key
    /// @param address the postal address, lines separated by line breaks; may be empty
    public record Values(
            Map<String, ? extends @Nullable Object> subscriber, String unsubscribeUrl, String address, Instant now) {}

    /// An email, ready but for its headers.
    public record Rendered(String subject, String html, String text) {}

    /// @throws LiquidError when a template cannot be parsed or breaks a budget
    public Rendered render(Source source, Values values) {
        var budget = new Budget();
        var plain = new RenderOptions(budget, Escaping.NONE, values.now(), ZoneOffset.UTC);
        var escaped = new RenderOptions(budget, Escaping.HTML, values.now(), ZoneOffset.UTC);
        var data = new HashMap<String, Object>();
        data.put("subscriber", values.subscriber());
        data.put("unsubscribe_url", values.unsubscribeUrl());
        data.put(
                "unsubscribe_link",
                new Markup("<a href=\"" + HtmlText.escape(values.unsubscribeUrl()) + "\">Unsubscribe</a>"));
        data.put("address", new Markup(HtmlText.escape(values.address()).replace("\n", "<br>")));

        var subject = parsed(source.subject()).render(data, plain);
        data.put("preview_text", parsed(source.previewText()).render(data, plain));
        data.put("message_content", new Markup(parsed(source.content()).render(data, escaped)));
        var html = withLegalFooter(parsed(source.layout()).render(data, escaped), values);
        return new Rendered(subject.strip(), html, HtmlText.of(html));
    }

    /// Nobody is mailed without a way out and without the sender's address, whatever the layout says.
    private static String withLegalFooter(String html, Values values) {
        var url = HtmlText.escape(values.unsubscribeUrl());
        var footer = new StringBuilder();
        var address = HtmlText.escape(values.address()).replace("\n", "<br>");
        if (!address.isBlank() && !html.contains(address)) {
            footer.append("<p>").append(address).append("</p>");
        }
        if (!html.contains(url)) {
            footer.append("<p><a href=\"").append(url).append("\">Unsubscribe</a></p>");
        }
        if (footer.isEmpty()) {
            return html;
        }
        int end = html.toLowerCase(java.util.Locale.ROOT).lastIndexOf("</body>");
        return end < 0 ? html + footer : html.substring(0, end) + footer + html.substring(end);
    }

    private Template parsed(String source) {
        var template = templates.get(source);
        if (template == null) {
            template = Template.parse(source);
            templates.put(source, template);
        }
        return template;
    }
}
