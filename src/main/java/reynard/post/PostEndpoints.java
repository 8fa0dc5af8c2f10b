package reynard.post;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.broadcast.Broadcast;
import reynard.broadcast.Broadcasts;
import reynard.broadcast.PostLinks;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.PostId;

/// Kit's operations on posts: the versions of broadcasts on the web.
public final class PostEndpoints {
    private final Database database;
    private final Broadcasts broadcasts;
    private final Accounts accounts;
    private final PostLinks links;

    public PostEndpoints(Database database, Broadcasts broadcasts, Accounts accounts, PostLinks links) {
        this.database = database;
        this.broadcasts = broadcasts;
        this.accounts = accounts;
        this.links = links;
    }

    public void register(Routes routes) {
        routes.get("/v4/posts", this::list);
        routes.get("/v4/posts/{id}", this::show);
    }

    private Reply list(Request request) {
        boolean content = request.flag("include_content");
        var page = request.page();
        return database.inTx(tx -> {
            var account = accounts.get(tx, request.account());
            var posts = broadcasts.posts(tx, account.id(), page);
            return Reply.ok(PageJson.of("posts", posts, broadcast -> json(tx, account, broadcast, content)));
        });
    }

    private Reply show(Request request) {
        var id = request.path("id", PostId::new);
        return database.inTx(tx -> {
            var account = accounts.get(tx, request.account());
            return broadcasts
                    .findByPost(tx, account.id(), id)
                    .map(broadcast -> Reply.ok(Map.of("post", json(tx, account, broadcast, true))))
                    .orElseGet(Reply::notFound);
        });
    }

    private Map<String, @Nullable Object> json(Tx tx, Account account, Broadcast broadcast, boolean content) {
        var settings = broadcast.settings();
        var post = broadcast.post().orElseThrow();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", post.id());
        json.put("publication_id", broadcast.publication());
        json.put("created_at", broadcast.createdAt());
        json.put("title", broadcasts.title(tx, account.id(), broadcast).orElse(null));
        json.put("slug", post.appearedAt().flatMap(_ -> post.slug()).orElse(null));
        json.put("description", settings.description().orElse(null));
        json.put(
                "meta_description",
                settings.description().or(settings::previewText).orElse(null));
        json.put("status", post.appearedAt().isPresent() ? "published" : "draft");
        json.put("published_at", post.appearsAt().orElse(null));
        json.put("sent_at", broadcast.stage().startedAt().orElse(null));
        json.put("thumbnail_alt", settings.thumbnailAlt().orElse(null));
        json.put("thumbnail_url", settings.thumbnailUrl().orElse(null));
        // Nobody pays to read here.
        json.put("is_paid", false);
        json.put("public_url", links.of(account, post).orElse(null));
        if (content) {
            json.put("content", broadcasts.html(tx, account.id(), broadcast).orElse(null));
        }
        return json;
    }
}
