package reynard.broadcast;

import java.text.Normalizer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document.OutputSettings;
import org.jsoup.safety.Safelist;
import reynard.template.liquid.Budget;
import reynard.template.liquid.Escaping;
import reynard.template.liquid.LiquidError;
import reynard.template.liquid.RenderOptions;
import reynard.template.liquid.Template;

/// A broadcast as strangers may read it: nobody's values in it, and no script.
final class WebVersion {
    private static final int SLUG_MAX = 80;
    private static final Safelist ALLOWED = Safelist.relaxed()
            .addTags("hr", "figure", "figcaption", "section", "article", "s", "del", "ins", "mark")
            .addAttributes("a", "rel", "title")
            .addProtocols("a", "href", "#");

    private WebVersion() {}

    /// The subject as a reader without a name would get it; as it was written where it is no valid Liquid.
    static Optional<String> title(BroadcastSettings settings, Instant now) {
        return settings.subject().map(subject -> {
            try {
                return rendered(subject, Escaping.NONE, now).strip();
            } catch (LiquidError e) {
                return subject.strip();
            }
        });
    }

    /// Empty where there is no content, or its Liquid cannot be rendered.
    static Optional<String> html(BroadcastSettings settings, Instant now) {
        return settings.content().flatMap(content -> {
            try {
                return Optional.of(Jsoup.clean(
                        rendered(content, Escaping.HTML, now), "", ALLOWED, new OutputSettings().prettyPrint(false)));
            } catch (LiquidError e) {
                return Optional.empty();
            }
        });
    }

    private static String rendered(String source, Escaping escaping, Instant now) {
        var data = new HashMap<String, Object>();
        data.put("subscriber", Map.of());
        return Template.parse(source).render(data, new RenderOptions(new Budget(), escaping, now, ZoneOffset.UTC));
    }

    /// Lower-case letters and digits of ASCII, with hyphens between; `post` where nothing is left.
    static String slug(Optional<String> title) {
        var ascii = Normalizer.normalize(title.orElse(""), Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-");
        var cut = ascii.substring(0, Math.min(ascii.length(), SLUG_MAX)).replaceAll("^-+|-+$", "");
        return cut.isEmpty() ? "post" : cut;
    }
}
