package reynard.ui.broadcast;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.Accounts;
import reynard.broadcast.Broadcast;
import reynard.broadcast.BroadcastFilter;
import reynard.broadcast.Broadcasts;
import reynard.broadcast.Figures;
import reynard.broadcast.PostLinks;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.BroadcastId;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// The list of broadcasts, and that of posts.
public final class BroadcastListEndpoints {
    private static final int ROWS = 50;

    private final Database database;
    private final Broadcasts broadcasts;
    private final Accounts accounts;
    private final PostLinks links;
    private final reynard.ui.Figures figures;
    private final Desk desk;

    public BroadcastListEndpoints(
            Database database,
            Broadcasts broadcasts,
            Accounts accounts,
            PostLinks links,
            reynard.ui.Figures figures,
            Desk desk) {
        this.database = database;
        this.broadcasts = broadcasts;
        this.accounts = accounts;
        this.links = links;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/broadcasts", this::show);
        desk.page(routes, "/posts", this::posts);
    }

    private static PageRequest page(Desk.Visit visit) {
        var asked = visit.request().page();
        return new PageRequest(asked.after(), asked.before(), ROWS, false);
    }

    /// What came of each.
    record Counted(Map<BroadcastId, Figures> figures, Instant at) {
        static Optional<Counted> of(
                Desk.Visit visit,
                reynard.ui.Figures figures,
                Database database,
                Broadcasts broadcasts,
                List<BroadcastId> ids) {
            var account = visit.account();
            var now = visit.now();
            return figures.get(
                    account,
                    Counted.class,
                    reynard.ui.Figures.name(ids.toString()),
                    () -> new Counted(database.read(tx -> broadcasts.figures(tx, account, ids)), now));
        }

        Figures of(BroadcastId id) {
            return figures.getOrDefault(id, Figures.NONE);
        }
    }

    private Reply show(Desk.Visit visit) {
        var state = visit.request().oneOf("state", Broadcast.Stage.NAMES);
        var request = page(visit);
        return database.read(tx -> {
            var page = broadcasts.list(
                    tx, visit.account(), new BroadcastFilter(state, Optional.empty(), Optional.empty()), request);
            var counted = Counted.of(
                    visit,
                    figures,
                    database,
                    broadcasts,
                    page.items().stream().map(Broadcast::id).toList());
            if (counted.isEmpty()) {
                return visit.counting("Broadcasts", Section.BROADCASTS);
            }
            var rows = page.items().stream()
                    .map(broadcast -> row(visit, broadcast, counted.get().of(broadcast.id())))
                    .toList();
            return visit.page(
                    "ui/broadcast/list.jte",
                    new BroadcastListPage(
                            visit.frame("Broadcasts", Section.BROADCASTS),
                            Form.filled(Map.of("state", state.orElse(""))),
                            Broadcast.Stage.NAMES.stream()
                                    .map(name -> new Option(name, Step.label(name)))
                                    .toList(),
                            rows,
                            visit.local().exact(counted.get().at()),
                            state.isPresent()
                                    || !rows.isEmpty()
                                    || request.after().isPresent(),
                            page.items().stream().anyMatch(one -> one.stage() instanceof Broadcast.Stage.Sending),
                            state.map(name -> "/broadcasts?state=" + name).orElse("/broadcasts"),
                            PageJson.next(page),
                            PageJson.previous(page)));
        });
    }

    private static BroadcastListPage.Row row(Desk.Visit visit, Broadcast broadcast, Figures figures) {
        var at = broadcast.stage().startedAt().or(() -> broadcast.settings().sendAt());
        return new BroadcastListPage.Row(
                broadcast.id().value(),
                subject(broadcast),
                Step.of(broadcast.stage()),
                at.map(visit.local()::moment).orElse(""),
                at.map(String::valueOf).orElse(""),
                broadcast.stage() instanceof Broadcast.Stage.Sending
                        ? figures.progress(broadcast).toBigInteger().toString()
                        : "",
                Words.number(figures.recipients()),
                Words.rate(figures.opened(), figures.recipients()),
                Words.rate(figures.clicked(), figures.recipients()));
    }

    /// As its author knows it.
    static String subject(Broadcast broadcast) {
        return broadcast.settings().subject().orElse("Without a subject");
    }

    private Reply posts(Desk.Visit visit) {
        var request = page(visit);
        return database.read(tx -> {
            var account = accounts.get(tx, visit.account());
            var page = broadcasts.posts(tx, account.id(), request);
            List<PostListPage.Row> rows = page.items().stream()
                    .map(broadcast -> {
                        var post = broadcast.post().orElseThrow();
                        return new PostListPage.Row(
                                broadcast.id().value(),
                                broadcasts.title(tx, account.id(), broadcast).orElse("Without a title"),
                                post.appearedAt().isPresent(),
                                post.appearsAt().map(visit.local()::moment).orElse(""),
                                post.appearsAt().map(String::valueOf).orElse(""),
                                links.of(account, post).orElse(""));
                    })
                    .toList();
            return visit.page(
                    "ui/broadcast/posts.jte",
                    new PostListPage(
                            visit.frame("Posts", Section.BROADCASTS),
                            links.all(account),
                            rows,
                            PageJson.next(page),
                            PageJson.previous(page)));
        });
    }
}
