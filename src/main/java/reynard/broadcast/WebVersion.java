package reynard.broadcast;

import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document.OutputSettings;
import org.jsoup.safety.Safelist;
import reynard.account.Accounts;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.template.BrokenEmail;
import reynard.template.EmailRenderer;
import reynard.template.Snippets;

/// A broadcast as strangers may read it: nobody's values in it, and no script. Snippets are put in as into its email.
final class WebVersion {
    private static final int SLUG_MAX = 80;
    private static final Safelist ALLOWED = Safelist.relaxed()
            .addTags("hr", "figure", "figcaption", "section", "article", "s", "del", "ins", "mark")
            .addAttributes("a", "rel", "title")
            .addProtocols("a", "href", "#");

    private final Accounts accounts;
    private final Snippets snippets;
    private final EmailRenderer renderer = new EmailRenderer();

    WebVersion(Accounts accounts, Snippets snippets) {
        this.accounts = accounts;
        this.snippets = snippets;
    }

    /// The subject as a reader without a name would get it; as it was written where it cannot be rendered.
    Optional<String> title(Tx tx, AccountId account, BroadcastSettings settings, Instant now) {
        return settings.subject().map(subject -> {
            try {
                return renderer.subject(subject, values(tx, account, subject, now));
            } catch (BrokenEmail e) {
                return subject.strip();
            }
        });
    }

    /// Empty where there is no content, or it cannot be rendered.
    Optional<String> html(Tx tx, AccountId account, BroadcastSettings settings, Instant now) {
        return settings.content().flatMap(content -> {
            try {
                return Optional.of(Jsoup.clean(
                        renderer.content(content, settings.format(), values(tx, account, content, now)),
                        "",
                        ALLOWED,
                        new OutputSettings().prettyPrint(false)));
            } catch (BrokenEmail e) {
                return Optional.empty();
            }
        });
    }

    private EmailRenderer.Values values(Tx tx, AccountId account, String written, Instant now) {
        var keys = renderer.snippets(new EmailRenderer.Source("", "", written, ""));
        return new EmailRenderer.Values(
                Map.of(),
                snippets.named(tx, account, keys),
                "",
                "",
                now,
                zone(accounts.get(tx, account).timeZone()));
    }

    /// The time zone data that schedules are made with may know zones that the JDK does not know yet.
    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException _) {
            return ZoneOffset.UTC;
        }
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
