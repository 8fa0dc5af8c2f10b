package reynard.post;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.broadcast.Broadcast;
import reynard.broadcast.Broadcasts;
import reynard.broadcast.PostLinks;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.page.Language;
import reynard.page.Templates;
import reynard.page.Texts;

/// An account's posts for everybody: a list of them, each on a page of its own, and a feed. What has not appeared yet,
/// or not any more, is not there.
public final class PostPageEndpoints {
    private static final int ON_A_PAGE = 20;
    private static final Map<String, String> HEADERS = Map.of(
            // Pictures are where the author has put them; nothing else is from elsewhere, and nothing runs.
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self' http: https: data:; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'",
            "Cache-Control",
            "public, max-age=60");

    private final Database database;
    private final Broadcasts broadcasts;
    private final Accounts accounts;
    private final PostLinks links;

    public PostPageEndpoints(Database database, Broadcasts broadcasts, Accounts accounts, PostLinks links) {
        this.database = database;
        this.broadcasts = broadcasts;
        this.accounts = accounts;
        this.links = links;
    }

    public void register(Routes routes) {
        routes.open(Routes.Verb.GET, "/p/{account}", this::list);
        routes.open(Routes.Verb.GET, "/p/{account}/feed.xml", this::feed);
        routes.open(Routes.Verb.GET, "/p/{account}/rss.xml", this::rss);
        routes.open(Routes.Verb.GET, "/p/{account}/{slug}", this::show);
    }

    private Optional<Account> account(Request request) {
        return accounts.findByToken(request.pathText("account")).flatMap(accounts::find);
    }

    private Reply list(Request request) {
        var page = request.page();
        return account(request)
                .map(account -> {
                    var wanted = new PageRequest(page.after(), page.before(), ON_A_PAGE, false);
                    return reply(200, Templates.render("post/list.jte", page(request, account, wanted)));
                })
                .orElseGet(() -> unknown(request));
    }

    private Reply show(Request request) {
        return account(request)
                .flatMap(account -> database.inTx(tx -> broadcasts
                                .findSeen(tx, account.id(), request.pathText("slug"))
                                .map(broadcast -> entry(tx, account, broadcast)))
                        .map(entry -> page(request, account, List.of(entry), Optional.empty())))
                .map(page -> reply(200, Templates.render("post/show.jte", page)))
                .orElseGet(() -> unknown(request));
    }

    private Reply feed(Request request) {
        return account(request)
                .map(account -> {
                    var page = page(request, account, PageRequest.first(ON_A_PAGE));
                    var xml = Feed.of(page, account.createdAt()).getBytes(StandardCharsets.UTF_8);
                    return new Reply(200, new Reply.Bytes("application/atom+xml; charset=utf-8", xml), HEADERS);
                })
                .orElseGet(() -> unknown(request));
    }

    private Reply rss(Request request) {
        return account(request)
                .map(account -> {
                    var page = page(request, account, PageRequest.first(ON_A_PAGE));
                    var xml = Rss.of(page).getBytes(StandardCharsets.UTF_8);
                    return new Reply(200, new Reply.Bytes("application/rss+xml; charset=utf-8", xml), HEADERS);
                })
                .orElseGet(() -> unknown(request));
    }

    private PostPage page(Request request, Account account, PageRequest wanted) {
        return database.inTx(tx -> page(tx, request, account, wanted));
    }

    private PostPage page(Tx tx, Request request, Account account, PageRequest wanted) {
        var seen = broadcasts.seen(tx, account.id(), wanted);
        var posts = seen.items().stream()
                .map(broadcast -> entry(tx, account, broadcast))
                .toList();
        var older = seen.hasNext()
                ? PageJson.endCursor(seen)
                        .map(cursor ->
                                links.all(account) + "?after=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8))
                : Optional.<String>empty();
        return page(request, account, posts, older);
    }

    private PostPage page(Request request, Account account, List<PostPage.Entry> posts, Optional<String> older) {
        return new PostPage(
                texts(request), account.name(), ZoneId.of(account.timeZone()), links.all(account), posts, older);
    }

    private PostPage.Entry entry(Tx tx, Account account, Broadcast broadcast) {
        var settings = broadcast.settings();
        var post = broadcast.post().orElseThrow();
        return new PostPage.Entry(
                links.of(account, post).orElseThrow(),
                broadcasts
                        .title(tx, account.id(), broadcast)
                        .filter(title -> !title.isBlank())
                        .orElseGet(account::name),
                post.appearsAt().orElseThrow(),
                settings.description().or(settings::previewText),
                broadcasts.html(tx, account.id(), broadcast).orElse(""),
                settings.thumbnailUrl().filter(url -> url.matches("(?i)https?://.*")),
                settings.thumbnailAlt().orElse(""));
    }

    private static Texts texts(Request request) {
        return Texts.in(Language.preferred(request.header("Accept-Language").orElse("")));
    }

    private static Reply unknown(Request request) {
        return reply(404, Templates.render("post/unknown.jte", texts(request)));
    }

    private static Reply reply(int status, String page) {
        return new Reply(status, new Reply.Html(page), HEADERS).with("Vary", "Accept-Language");
    }
}
