package reynard.tracking;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import reynard.delivery.Tracker;
import reynard.id.AccountId;
import reynard.id.LinkId;
import reynard.template.EmailRenderer.Rendered;

/// Makes the links of an email lead by us, and adds the picture that says when it is opened.
///
/// An address that stands as it is in what the author wrote is kept once for all readers. One that has a reader's
/// values
/// in it travels in its token. Where it leads is the author's to say in either case: a link whose host comes from a
/// reader's values is left alone, so that nobody can make this server a way to a place of their own.
public final class LinkRewriter implements Tracker {
    private static final int EMAILS_REMEMBERED = 200;
    private static final int LINKS_REMEMBERED = 1_000;
    private static final String BODY_END = "</body>";

    private final Targets targets;
    private final LinkSeal seal;
    private final Supplier<String> publicUrl;
    /// The addresses that stand as they are in what an author wrote: looked at once for all readers.
    private final Map<Written, Map<String, LinkId>> links =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Written, Map<String, LinkId>> eldest) {
                    return size() > EMAILS_REMEMBERED;
                }
            });

    private record Written(AccountId account, List<String> texts) {}

    public LinkRewriter(Targets targets, byte[] secret, Supplier<String> publicUrl) {
        this.targets = targets;
        this.seal = new LinkSeal(secret);
        this.publicUrl = publicUrl;
    }

    @Override
    public Rendered tracked(Rendered rendered, What what) {
        var known = new HashMap<String, String>();
        var html = what.clicks()
                ? HtmlLinks.replaced(rendered.html(), href -> {
                    var ours = known.containsKey(href) ? Optional.of(known.get(href)) : ours(what, href);
                    ours.ifPresent(url -> known.put(href, url));
                    return ours;
                })
                : new StringBuilder(rendered.html());
        if (what.opens()) {
            html.insert(endOfBody(html), pixel(what));
        }
        var text = what.clicks() ? TextLinks.replaced(rendered.text(), known, url -> ours(what, url)) : rendered.text();
        return new Rendered(rendered.subject(), html.toString(), text);
    }

    private Optional<String> ours(What what, String href) {
        if (href.contains(what.token())) {
            return Optional.empty();
        }
        var written = new Written(what.account(), what.written());
        var everybodys = links.computeIfAbsent(written, _ -> new ConcurrentHashMap<>());
        var known = everybodys.get(href);
        return known == null ? ours(what, href, everybodys) : Optional.of(followed(what, known));
    }

    private String followed(What what, LinkId link) {
        return publicUrl.get() + "/c/" + seal.link(what.account(), what.delivery(), link);
    }

    private Optional<String> ours(What what, String href, Map<String, LinkId> everybodys) {
        return Target.of(href)
                .filter(target -> what.written().stream().anyMatch(text -> names(text, target.origin())))
                .map(target -> {
                    var url = target.url();
                    if (!isEverybodys(what.written(), url)) {
                        return publicUrl.get() + "/c/" + seal.own(what.account(), what.delivery(), url);
                    }
                    var link = targets.keep(what.account(), url);
                    if (everybodys.size() < LINKS_REMEMBERED) {
                        everybodys.put(href, link);
                    }
                    return followed(what, link);
                });
    }

    private static boolean isEverybodys(List<String> written, String url) {
        var escaped = escaped(url);
        return written.stream().anyMatch(text -> text.contains(url) || text.contains(escaped));
    }

    private static String escaped(String url) {
        return url.replace("&", "&amp;");
    }

    /// Whether a text names this host, and not one that begins like it.
    private static boolean names(String text, String origin) {
        for (int at = text.indexOf(origin); at >= 0; at = text.indexOf(origin, at + 1)) {
            int end = at + origin.length();
            if (end == text.length() || isEndOfHost(text.charAt(end))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEndOfHost(char c) {
        return c <= ' ' || "/?#\"'<>(){}[],;&".indexOf(c) >= 0;
    }

    private String pixel(What what) {
        return "<img src=\"" + publicUrl.get() + "/o/" + seal.open(what.account(), what.delivery())
                + ".gif\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0;width:1px;height:1px\">";
    }

    /// Where the last thing may stand that a browser takes for content.
    private static int endOfBody(StringBuilder html) {
        for (int at = html.lastIndexOf("</"); at >= 0; at = html.lastIndexOf("</", at - 1)) {
            int end = at + BODY_END.length();
            if (end <= html.length() && html.substring(at, end).equalsIgnoreCase(BODY_END)) {
                return at;
            }
        }
        return html.length();
    }
}
