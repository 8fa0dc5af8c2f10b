package reynard.proof;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jsoup.Jsoup;
import reynard.delivery.Specimen;

/// Looks an email over before it goes out. A pure function of it.
final class Warnings {
    /// Gmail shows the beginning of a larger one and a link to the rest, which few follow.
    private static final int GMAIL_BYTES_MAX = 102 * 1024;

    private static final Set<String> NAMES = Set.of(
            "subscriber",
            "snippet",
            "unsubscribe_url",
            "unsubscribe_link",
            "address",
            "preview_text",
            "message_content");

    private Warnings() {}

    static List<Warning> of(Specimen email) {
        var warnings = new ArrayList<Warning>();
        if (email.variables().stream().noneMatch(name -> name.startsWith("unsubscribe_"))) {
            warnings.add(new Warning(
                    "no_unsubscribe_link",
                    "The template and the content have no unsubscribe link; one is added at the end."));
        }
        if (email.account().postalAddress().isEmpty()) {
            warnings.add(new Warning(
                    "no_postal_address",
                    "The account has no postal address; no mail leaves this machine before it has."));
        }
        int bytes = email.rendered().html().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > GMAIL_BYTES_MAX) {
            warnings.add(new Warning(
                    "gmail_clips",
                    "The HTML has " + bytes / 1024
                            + " KB; Gmail hides what is beyond 102 KB, the unsubscribe link too."));
        }
        subject(email.rendered().subject()).ifPresent(warnings::add);
        for (var variable : email.variables()) {
            missing(variable, email).ifPresent(warnings::add);
        }
        warnings.addAll(links(email.rendered().html()));
        return warnings;
    }

    private static Optional<Warning> subject(String subject) {
        if (subject.isBlank()) {
            return Optional.of(new Warning("no_subject", "The subject is empty."));
        }
        return subject.toLowerCase(Locale.ROOT).matches("(re|fwd?|aw)\\s*:.*")
                ? Optional.of(new Warning(
                        "misleading_subject", "The subject looks like an answer or a forwarded email, which misleads."))
                : Optional.empty();
    }

    private static Optional<Warning> missing(String variable, Specimen email) {
        var parts = variable.split("\\.", 3);
        if (!NAMES.contains(parts[0])) {
            return Optional.of(
                    new Warning("missing_variable", "{{ " + variable + " }} is nothing that an email knows."));
        }
        if (parts.length < 2) {
            return Optional.empty();
        }
        return switch (parts[0]) {
            case "snippet" ->
                email.snippets().containsKey(parts[1])
                        ? Optional.empty()
                        : Optional.of(new Warning("missing_snippet", "There is no snippet " + parts[1] + "."));
            case "subscriber" ->
                !email.fields().contains(parts[1])
                        ? Optional.of(new Warning(
                                "missing_variable", "{{ " + variable + " }} is no custom field of this account."))
                        : email.values().containsKey(parts[1])
                                ? Optional.empty()
                                : Optional.of(new Warning(
                                        "empty_variable", "{{ " + variable + " }} is empty for this reader."));
            default -> Optional.empty();
        };
    }

    private static List<Warning> links(String html) {
        var broken = new LinkedHashSet<String>();
        for (var link : Jsoup.parse(html).select("a[href], area[href]")) {
            var href = link.attr("href").strip();
            if (isBroken(href)) {
                broken.add(href);
            }
        }
        return broken.stream()
                .map(href -> new Warning(
                        "broken_link",
                        href.isEmpty() ? "A link leads nowhere." : "The link " + href + " leads nowhere."))
                .toList();
    }

    private static boolean isBroken(String href) {
        if (href.startsWith("#") && href.length() > 1) {
            return false;
        }
        try {
            var uri = new URI(href);
            var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            return switch (scheme) {
                case "http", "https" -> uri.getHost() == null || uri.getHost().indexOf('.') < 0;
                case "mailto" -> !uri.getSchemeSpecificPart().contains("@");
                case "tel", "sms" -> uri.getSchemeSpecificPart().isBlank();
                // Without a scheme a mail program has nothing to add it to.
                default -> true;
            };
        } catch (URISyntaxException e) {
            // Beyond ASCII is no fault of the author's; what cannot be read by anybody is.
            return !href.matches("(?i)https?://[^\\s<>\"{}|\\\\^`]+");
        }
    }
}
