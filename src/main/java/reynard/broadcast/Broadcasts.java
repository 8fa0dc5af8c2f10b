package reynard.broadcast;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.PostId;
import reynard.id.PublicationId;
import reynard.template.Snippets;

/// The broadcasts of an account, and their versions on the web.
public final class Broadcasts {
    private final BroadcastStore store = new BroadcastStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final Deliveries deliveries;
    private final WebVersion web;
    private final InstantSource clock;

    public Broadcasts(
            Database database,
            IdBlocks ids,
            Events events,
            Deliveries deliveries,
            Accounts accounts,
            Snippets snippets,
            InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        this.deliveries = deliveries;
        this.web = new WebVersion(accounts, snippets);
        this.clock = clock;
    }

    /// @param settings name nothing that is [#unknown]
    public Broadcast create(Tx tx, AccountId account, BroadcastSettings settings) {
        var now = clock.instant();
        var broadcast = new Broadcast(
                new BroadcastId(ids.next()),
                new PublicationId(ids.next()),
                settings,
                planned(settings),
                0,
                post(settings, Optional.empty()),
                now,
                now);
        store.insert(tx, account, broadcast);
        events.append(tx, account, new Event.BroadcastCreated(broadcast.id(), now));
        return appeared(tx, account, broadcast, now);
    }

    private static Broadcast.Stage planned(BroadcastSettings settings) {
        return settings.sendAt().isPresent() ? new Broadcast.Stage.Scheduled() : new Broadcast.Stage.Draft();
    }

    /// What has been seen keeps its address, also when it disappears and comes again.
    private Optional<Post> post(BroadcastSettings settings, Optional<Post> before) {
        if (!settings.isPublic()) {
            return before.map(post -> new Post(post.id(), post.slug(), Optional.empty(), Optional.empty()));
        }
        var appearsAt = settings.appearsAt();
        var seen = before.flatMap(Post::appearedAt)
                .filter(at -> appearsAt.isPresent() && !appearsAt.get().isAfter(clock.instant()));
        return Optional.of(new Post(
                before.map(Post::id).orElseGet(() -> new PostId(ids.next())),
                before.flatMap(Post::slug),
                appearsAt,
                seen));
    }

    /// Lets a post be seen whose time has come.
    private Broadcast appeared(Tx tx, AccountId account, Broadcast broadcast, Instant now) {
        var due = broadcast
                .post()
                .filter(post -> post.appearedAt().isEmpty())
                .filter(post -> post.appearsAt().filter(at -> !at.isAfter(now)).isPresent());
        if (due.isEmpty()) {
            return broadcast;
        }
        var post = due.get();
        var slug = post.slug().orElseGet(() -> freeSlug(tx, account, broadcast, now));
        var seen = new Broadcast(
                broadcast.id(),
                broadcast.publication(),
                broadcast.settings(),
                broadcast.stage(),
                broadcast.audienceCount(),
                Optional.of(new Post(post.id(), Optional.of(slug), post.appearsAt(), Optional.of(now))),
                broadcast.createdAt(),
                broadcast.updatedAt());
        store.updatePost(tx, account, seen);
        events.append(tx, account, new Event.PostPublished(post.id(), now));
        return seen;
    }

    /// Lets a post be seen if its time has come and it still has one.
    void appear(Tx tx, AccountId account, BroadcastId id, Instant now) {
        findForUpdate(tx, account, id).ifPresent(broadcast -> appeared(tx, account, broadcast, now));
    }

    private String freeSlug(Tx tx, AccountId account, Broadcast broadcast, Instant now) {
        // Two posts of one name at the same moment wait for each other.
        store.lockSlugs(tx, account);
        var wanted = WebVersion.slug(web.title(tx, account, broadcast.settings(), now));
        var taken = store.slugs(tx, account, wanted);
        var slug = wanted;
        for (int n = 2; taken.contains(slug); n++) {
            slug = wanted + "-" + n;
        }
        return slug;
    }

    public Page<Broadcast> list(Tx tx, AccountId account, BroadcastFilter filter, PageRequest page) {
        return store.list(tx, account, filter, page);
    }

    public Optional<Broadcast> find(Tx tx, AccountId account, BroadcastId id) {
        return store.find(tx, account, id);
    }

    /// As [#find]; nobody else changes it before the transaction ends.
    public Optional<Broadcast> findForUpdate(Tx tx, AccountId account, BroadcastId id) {
        return store.lock(tx, account, id) ? store.find(tx, account, id) : Optional.empty();
    }

    /// Those that are on the web or will be, the newest first.
    public Page<Broadcast> posts(Tx tx, AccountId account, PageRequest page) {
        return store.posts(tx, account, page);
    }

    /// One that is on the web or will be.
    public Optional<Broadcast> findByPost(Tx tx, AccountId account, PostId post) {
        return store.findByPost(tx, account, post);
    }

    /// As its web version has it: without anybody's name.
    public Optional<String> title(Tx tx, AccountId account, Broadcast broadcast) {
        return web.title(tx, account, broadcast.settings(), clock.instant());
    }

    /// Its content as strangers may read it. Empty where there is none, or it cannot be rendered.
    public Optional<String> html(Tx tx, AccountId account, Broadcast broadcast) {
        return web.html(tx, account, broadcast.settings(), clock.instant());
    }

    /// Those that are to be seen on the web, the last to appear first.
    public Page<Broadcast> seen(Tx tx, AccountId account, PageRequest page) {
        return store.seen(tx, account, page);
    }

    /// One that is to be seen on the web.
    public Optional<Broadcast> findSeen(Tx tx, AccountId account, String slug) {
        return store.findSeen(tx, account, slug);
    }

    /// Those that name nothing the account has.
    SortedSet<Audience.Source> unknown(Tx tx, AccountId account, Collection<Audience.Source> sources) {
        var unknown = new TreeSet<>(sources);
        unknown.removeAll(store.existing(tx, account, sources));
        return unknown;
    }

    /// What came of each; those that have led to no email are missing.
    public Map<BroadcastId, Figures> figures(Tx tx, AccountId account, Collection<BroadcastId> broadcasts) {
        return store.figures(tx, account, broadcasts);
    }

    /// A link of a broadcast, and how many of its readers have followed it.
    public record Clicked(String url, long readers) {}

    /// The links of a broadcast that somebody has followed, the newest first.
    public Page<Clicked> clicked(Tx tx, AccountId account, BroadcastId id, PageRequest page) {
        return store.clicked(tx, account, id, page);
    }

    public sealed interface Edit {
        record Saved(Broadcast broadcast) implements Edit {}

        record NotFound() implements Edit {}

        /// It is being sent or was, in whole or in part.
        record AlreadySending() implements Edit {}
    }

    /// Changes the settings from what they are at this moment.
    public Edit update(Tx tx, AccountId account, BroadcastId id, UnaryOperator<BroadcastSettings> edit) {
        var before = findForUpdate(tx, account, id);
        if (before.isEmpty()) {
            return new Edit.NotFound();
        }
        if (!before.get().isOpen()) {
            return new Edit.AlreadySending();
        }
        var now = clock.instant();
        var settings = edit.apply(before.get().settings());
        var broadcast = new Broadcast(
                id,
                before.get().publication(),
                settings,
                planned(settings),
                0,
                post(settings, before.get().post()),
                before.get().createdAt(),
                now);
        store.update(tx, account, broadcast);
        return new Edit.Saved(appeared(tx, account, broadcast, now));
    }

    public sealed interface Deletion {
        record Deleted() implements Deletion {}

        record NotFound() implements Deletion {}

        /// It is being sent or was, in whole or in part.
        record AlreadySending() implements Deletion {}
    }

    public Deletion delete(AccountId account, BroadcastId id) {
        return database.inTx(tx -> {
            var before = findForUpdate(tx, account, id);
            if (before.isEmpty()) {
                return new Deletion.NotFound();
            }
            if (!before.get().isOpen()) {
                return new Deletion.AlreadySending();
            }
            // Whoever is told reads what it was.
            events.append(tx, account, new Event.BroadcastDeleted(id, clock.instant()));
            store.delete(tx, account, id);
            return new Deletion.Deleted();
        });
    }

    public sealed interface Abortion {
        record Aborted(Broadcast broadcast) implements Abortion {}

        record NotFound() implements Abortion {}

        /// It is a draft, or through.
        record NotUnderWay() implements Abortion {}
    }

    /// Stops a broadcast that is scheduled or being sent. What is queued is taken back; what was sent stays sent.
    public Abortion abort(Tx tx, AccountId account, BroadcastId id) {
        var found = findForUpdate(tx, account, id);
        if (found.isEmpty()) {
            return new Abortion.NotFound();
        }
        return switch (found.get().stage()) {
            case Broadcast.Stage.Scheduled _, Broadcast.Stage.Sending _ -> {
                abort(tx, account, id, Broadcast.Reason.BY_HAND, clock.instant());
                yield new Abortion.Aborted(find(tx, account, id).orElseThrow());
            }
            // Whoever stops it twice wants it stopped.
            case Broadcast.Stage.Aborted _ -> new Abortion.Aborted(found.get());
            case Broadcast.Stage.Draft _, Broadcast.Stage.Completed _ -> new Abortion.NotUnderWay();
        };
    }

    void abort(Tx tx, AccountId account, BroadcastId id, Broadcast.Reason reason, Instant now) {
        store.abort(tx, account, id, reason, now);
        deliveries.dropQueued(tx, account, id, "broadcast_aborted", now);
    }

    BroadcastStore store() {
        return store;
    }
}
