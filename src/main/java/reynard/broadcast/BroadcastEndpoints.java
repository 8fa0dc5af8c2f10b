package reynard.broadcast;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.EmailTemplateId;
import reynard.id.Id;
import reynard.id.SendingAddressId;
import reynard.segment.Filter;
import reynard.template.BrokenEmail;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplate;
import reynard.template.EmailTemplates;

/// Kit's operations on broadcasts, and ours to look at their sending and stop it.
public final class BroadcastEndpoints {
    private static final int LINE_MAX = 998;
    private static final int TEXT_MAX = 10_000;
    private static final int CONTENT_MAX = 512_000;
    private static final int SOURCES_MAX = 200;
    private static final String STARTING_POINT = "Starting point";
    private static final String EVERYONE = "all_subscribers";
    private static final String ONE_GROUP =
            "Only a single filter group is supported. Use one of `all`, `any`, or `none`.";
    private static final String SENDING = "Broadcast is already sending.";

    private final Database database;
    private final Broadcasts broadcasts;
    private final Accounts accounts;
    private final EmailTemplates templates;
    private final PostLinks links;

    public BroadcastEndpoints(
            Database database, Broadcasts broadcasts, Accounts accounts, EmailTemplates templates, PostLinks links) {
        this.database = database;
        this.broadcasts = broadcasts;
        this.accounts = accounts;
        this.templates = templates;
        this.links = links;
    }

    public void register(Routes routes) {
        routes.get("/v4/broadcasts", this::list);
        routes.post("/v4/broadcasts", this::create);
        routes.get("/v4/broadcasts/stats", this::listStats);
        routes.get("/v4/broadcasts/{broadcast_id}/clicks", this::clicks);
        routes.get("/v4/broadcasts/{broadcast_id}/stats", this::stats);
        routes.get("/v4/broadcasts/{id}", this::show);
        routes.put("/v4/broadcasts/{id}", this::update);
        routes.delete("/v4/broadcasts/{id}", this::delete);
        routes.get("/ext/v1/broadcasts/{id}", this::showOwn);
        routes.post("/ext/v1/broadcasts/{id}/abort", this::abort);
    }

    private Reply list(Request request) {
        var filter = filter(request);
        boolean slim = request.flag("slim");
        var page = request.page();
        return database.inTx(tx -> {
            var found = broadcasts.list(tx, request.account(), filter, page);
            var shown = new Shown(tx, request.account());
            return Reply.ok(PageJson.of("broadcasts", found, broadcast -> shown.json(broadcast, slim)));
        });
    }

    private static BroadcastFilter filter(Request request) {
        return new BroadcastFilter(
                request.oneOf("status", Broadcast.Stage.NAMES),
                request.instant("sent_after"),
                request.instant("sent_before"));
    }

    private Reply show(Request request) {
        var id = request.path("id", BroadcastId::new);
        return database.inTx(tx -> broadcasts
                .find(tx, request.account(), id)
                .map(broadcast -> Reply.ok(body(tx, request.account(), broadcast)))
                .orElseGet(Reply::notFound));
    }

    private Reply create(Request request) {
        var body = request.json();
        return database.inTx(tx -> Reply.created(body(tx, request.account(), create(tx, request.account(), body))));
    }

    /// As a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Broadcast create(Tx tx, AccountId account, JsonBody body) {
        var settings = edit(tx, account, body).apply(BroadcastSettings.NONE);
        refuseUnfinished(body, settings);
        return broadcasts.create(tx, account, settings);
    }

    private Reply update(Request request) {
        var id = request.path("id", BroadcastId::new);
        return database.inTx(tx -> switch (update(tx, request.account(), id, request::json)) {
            case Broadcasts.Edit.Saved(var broadcast) -> Reply.ok(body(tx, request.account(), broadcast));
            case Broadcasts.Edit.NotFound _ -> Reply.notFound();
            case Broadcasts.Edit.AlreadySending _ -> Reply.invalid(SENDING);
        });
    }

    /// Changes a broadcast as a body of the API says.
    ///
    /// @param given asked for when there is a broadcast to change
    /// @throws InvalidRequest when the body cannot be one
    public Broadcasts.Edit update(Tx tx, AccountId account, BroadcastId id, Supplier<JsonBody> given) {
        // What is not sent stays as it is at this moment, so nobody else may edit at the same time.
        var before = broadcasts.findForUpdate(tx, account, id);
        if (before.isEmpty()) {
            return new Broadcasts.Edit.NotFound();
        }
        if (!before.get().isOpen()) {
            return new Broadcasts.Edit.AlreadySending();
        }
        var body = given.get();
        var edit = edit(tx, account, body);
        refuseUnfinished(body, edit.apply(before.get().settings()));
        return broadcasts.update(tx, account, id, edit);
    }

    private Reply delete(Request request) {
        return switch (broadcasts.delete(request.account(), request.path("id", BroadcastId::new))) {
            case Broadcasts.Deletion.Deleted _ -> Reply.noContent();
            case Broadcasts.Deletion.NotFound _ -> Reply.notFound();
            case Broadcasts.Deletion.AlreadySending _ -> Reply.invalid(SENDING);
        };
    }

    /// Nothing empty or broken is sent to anybody.
    private static void refuseUnfinished(JsonBody body, BroadcastSettings settings) {
        if (settings.sendAt().isPresent()) {
            if (settings.subject().isEmpty()) {
                body.fault("Subject can't be blank");
            }
            if (settings.content().isEmpty()) {
                body.fault("Content can't be blank");
            }
            EmailRenderer.fault(
                            settings.subject().orElse(""),
                            settings.previewText().orElse(""),
                            settings.content().orElse(""),
                            settings.format())
                    .map(BrokenEmail::sentence)
                    .ifPresent(body::fault);
        }
        body.refuseFaults();
    }

    /// What a body changes. Faults are left in the body.
    private UnaryOperator<BroadcastSettings> edit(Tx tx, AccountId account, JsonBody body) {
        var subject = body.line("subject", LINE_MAX);
        var previewText = body.text("preview_text", LINE_MAX);
        var description = body.text("description", TEXT_MAX);
        var content = body.text("content", CONTENT_MAX);
        var thumbnailAlt = body.text("thumbnail_alt", TEXT_MAX);
        var thumbnailUrl = body.text("thumbnail_url", TEXT_MAX);
        var address = sendingAddress(tx, account, body);
        var template = template(tx, account, body);
        var audience = audience(tx, account, body);
        var sendAt = body.instant("send_at");
        var isPublic = body.flag("public");
        var publishedAt = body.instant("published_at");
        return current -> new BroadcastSettings(
                text(subject, current.subject()).map(String::strip),
                text(previewText, current.previewText()),
                text(description, current.description()),
                text(content, current.content()),
                current.format(),
                text(thumbnailAlt, current.thumbnailAlt()),
                text(thumbnailUrl, current.thumbnailUrl()),
                optional(address, current.sendingAddress()),
                optional(template, current.emailTemplate()),
                audience.over(current.audience(), new Audience.Everyone()),
                optional(sendAt, current.sendAt()),
                isPublic.over(current.isPublic(), false),
                optional(publishedAt, current.publishedAt()));
    }

    private static Optional<String> text(Change<String> change, Optional<String> current) {
        return optional(change, current).filter(text -> !text.isBlank());
    }

    private static <T> Optional<T> optional(Change<T> change, Optional<T> current) {
        return change.<Optional<T>>map(Optional::of).over(current, Optional.empty());
    }

    private Change<SendingAddressId> sendingAddress(Tx tx, AccountId account, JsonBody body) {
        return switch (body.text("email_address", LINE_MAX)) {
            case Change.Keep<String> _ -> new Change.Keep<>();
            case Change.Clear<String> _ -> new Change.Clear<>();
            case Change.Set<String>(var email) -> {
                var found = accounts.sendingAddresses(tx, account).stream()
                        .filter(SendingAddress::verified)
                        .filter(address -> address.emailAddress().equalsIgnoreCase(email.strip()))
                        .map(SendingAddress::id)
                        .findFirst();
                if (found.isEmpty()) {
                    body.fault("email_address is not a valid sending address");
                }
                yield found.<Change<SendingAddressId>>map(Change.Set::new).orElseGet(Change.Keep::new);
            }
        };
    }

    /// Zero stands for none, which real clients send.
    private Change<EmailTemplateId> template(Tx tx, AccountId account, JsonBody body) {
        return switch (body.id("email_template_id")) {
            case Change.Keep<Long> _ -> new Change.Keep<>();
            case Change.Clear<Long> _ -> new Change.Clear<>();
            case Change.Set<Long>(var value) when value == 0 -> new Change.Clear<>();
            case Change.Set<Long>(var value) -> {
                var found = templates.find(tx, account, new EmailTemplateId(value));
                if (found.isEmpty()) {
                    body.fault("Email template not found");
                    yield new Change.Keep<>();
                }
                if (found.get().category().equals(STARTING_POINT)) {
                    body.fault("Starting point email templates are not supported");
                }
                yield new Change.Set<>(found.get().id());
            }
        };
    }

    /// One group of all, any or none. Whoever sends a group and leaves it empty has forgotten something, and nobody is
    /// mailed by mistake.
    private Change<Audience> audience(Tx tx, AccountId account, JsonBody body) {
        return switch (body.objects("subscriber_filter")) {
            case Change.Keep<List<JsonBody>> _ -> new Change.Keep<>();
            case Change.Clear<List<JsonBody>> _ -> new Change.Clear<>();
            case Change.Set<List<JsonBody>>(var groups) when groups.isEmpty() -> new Change.Clear<>();
            case Change.Set<List<JsonBody>>(var groups) -> audience(tx, account, body, groups);
        };
    }

    private Change<Audience> audience(Tx tx, AccountId account, JsonBody body, List<JsonBody> groups) {
        var given = new LinkedHashMap<Filter.Match, List<JsonBody>>();
        int count = 0;
        for (var group : groups) {
            for (var match : Filter.Match.values()) {
                if (group.objects(match.wireName()) instanceof Change.Set<List<JsonBody>>(var entries)
                        && !entries.isEmpty()) {
                    given.put(match, entries);
                    count++;
                }
            }
        }
        if (count != 1) {
            body.fault(ONE_GROUP);
            return new Change.Keep<>();
        }
        var match = given.keySet().iterator().next();
        var entries = given.values().iterator().next();
        if (match == Filter.Match.ALL && isEveryone(entries)) {
            return new Change.Set<>(new Audience.Everyone());
        }
        var sources = sources(body, entries);
        if (sources.size() > SOURCES_MAX) {
            body.fault("subscriber_filter must name at most " + SOURCES_MAX + " segments and tags");
            return new Change.Keep<>();
        }
        for (var unknown : broadcasts.unknown(tx, account, sources)) {
            body.fault("subscriber_filter " + unknown.kind().wireName() + " not found: " + unknown.id());
        }
        return sources.isEmpty() ? new Change.Keep<>() : new Change.Set<>(new Audience.Chosen(match, sources));
    }

    private static boolean isEveryone(List<JsonBody> entries) {
        return entries.size() == 1
                && entries.getFirst().text("type", LINE_MAX).over("", "").equals(EVERYONE);
    }

    private static SortedSet<Audience.Source> sources(JsonBody body, List<JsonBody> entries) {
        var sources = new TreeSet<Audience.Source>();
        for (var entry : entries) {
            var kind = Audience.Kind.named(entry.text("type", LINE_MAX).over("", ""));
            if (kind.isEmpty()) {
                body.fault("subscriber_filter type must be one of: " + String.join(", ", Audience.Kind.NAMES));
            }
            if (!(entry.ids("ids") instanceof Change.Set<List<Long>>(var list)) || list.isEmpty()) {
                body.fault("subscriber_filter ids must be an array of integers");
            } else if (kind.isPresent()) {
                list.forEach(id -> sources.add(new Audience.Source(kind.get(), id)));
            }
        }
        return sources;
    }

    private Map<String, Object> body(Tx tx, AccountId account, Broadcast broadcast) {
        return Map.of("broadcast", new Shown(tx, account).json(broadcast, false));
    }

    record TemplateJson(EmailTemplateId id, String name) {}

    /// What broadcasts refer to, read once for all those of an answer.
    private final class Shown {
        private final Tx tx;
        private final Account account;
        private final List<SendingAddress> addresses;
        private final EmailTemplate defaultTemplate;
        private final Map<EmailTemplateId, TemplateJson> known = new LinkedHashMap<>();

        Shown(Tx tx, AccountId account) {
            this.tx = tx;
            this.account = accounts.get(tx, account);
            this.addresses = accounts.sendingAddresses(tx, account);
            this.defaultTemplate = templates.defaultOf(tx, account);
        }

        Map<String, @Nullable Object> json(Broadcast broadcast, boolean slim) {
            var settings = broadcast.settings();
            var json = new LinkedHashMap<String, @Nullable Object>();
            json.put("id", broadcast.id());
            json.put("publication_id", broadcast.publication());
            json.put("created_at", broadcast.createdAt());
            json.put("subject", settings.subject().orElse(null));
            json.put("preview_text", settings.previewText().orElse(null));
            json.put("description", settings.description().orElse(null));
            if (!slim) {
                json.put("content", settings.content().orElse(null));
            }
            json.put("public", settings.isPublic());
            json.put("published_at", publishedAt(broadcast).orElse(null));
            json.put("send_at", settings.sendAt().orElse(null));
            json.put("thumbnail_alt", settings.thumbnailAlt().orElse(null));
            json.put("thumbnail_url", settings.thumbnailUrl().orElse(null));
            json.put(
                    "public_url",
                    broadcast.post().flatMap(post -> links.of(account, post)).orElse(null));
            json.put("email_address", emailAddress(settings).orElse(null));
            if (!slim) {
                json.put(
                        "email_template",
                        settings.emailTemplate()
                                .map(this::template)
                                .orElseGet(() -> new TemplateJson(defaultTemplate.id(), defaultTemplate.name())));
                json.put("subscriber_filter", List.of(audienceJson(settings.audience())));
            }
            json.put("status", broadcast.stage().wireName());
            return json;
        }

        private Optional<String> emailAddress(BroadcastSettings settings) {
            return settings.sendingAddress()
                    .flatMap(id -> addresses.stream()
                            .filter(address -> address.id().equals(id))
                            .findFirst())
                    .or(() ->
                            addresses.stream().filter(SendingAddress::isDefault).findFirst())
                    .map(SendingAddress::emailAddress);
        }

        private TemplateJson template(EmailTemplateId id) {
            return known.computeIfAbsent(
                    id,
                    _ -> templates
                            .find(tx, account.id(), id)
                            .map(template -> new TemplateJson(template.id(), template.name()))
                            .orElseThrow());
        }
    }

    private static Optional<Instant> publishedAt(Broadcast broadcast) {
        return broadcast.settings().publishedAt().or(() -> broadcast.post().flatMap(Post::appearedAt));
    }

    record SourceJson(String type, List<Long> ids) {}

    /// One entry per kind, ids ascending: the order in which the sources are sorted.
    private static Map<String, Object> audienceJson(Audience audience) {
        return switch (audience) {
            case Audience.Everyone _ -> Map.of("all", List.of(Map.of("type", EVERYONE)));
            case Audience.Chosen(var match, var sources) -> {
                var byKind = new LinkedHashMap<String, List<Long>>();
                for (var source : sources) {
                    byKind.computeIfAbsent(source.kind().wireName(), _ -> new ArrayList<>())
                            .add(source.id());
                }
                yield Map.of(
                        match.wireName(),
                        byKind.entrySet().stream()
                                .map(entry -> new SourceJson(entry.getKey(), entry.getValue()))
                                .toList());
            }
        };
    }

    private Reply listStats(Request request) {
        var filter = filter(request);
        var page = request.page();
        return database.inTx(tx -> {
            var found = broadcasts.list(tx, request.account(), filter, page);
            var figures = broadcasts.figures(
                    tx,
                    request.account(),
                    found.items().stream().map(Broadcast::id).toList());
            var account = accounts.get(tx, request.account());
            return Reply.ok(PageJson.of("broadcasts", found, broadcast -> {
                var json = new LinkedHashMap<String, @Nullable Object>();
                json.put("id", broadcast.id());
                json.put("subject", broadcast.settings().subject().orElse(null));
                json.put("send_at", broadcast.settings().sendAt().orElse(null));
                json.put("stats", stats(account, broadcast, figures.getOrDefault(broadcast.id(), Figures.NONE)));
                return json;
            }));
        });
    }

    private Reply stats(Request request) {
        var id = request.path("broadcast_id", BroadcastId::new);
        return database.inTx(tx -> broadcasts
                .find(tx, request.account(), id)
                .map(broadcast -> {
                    var figures = broadcasts
                            .figures(tx, request.account(), List.of(id))
                            .getOrDefault(id, Figures.NONE);
                    var account = accounts.get(tx, request.account());
                    return Reply.ok(Map.of("broadcast", Map.of("id", id, "stats", stats(account, broadcast, figures))));
                })
                .orElseGet(Reply::notFound));
    }

    private static Map<String, Object> stats(Account account, Broadcast broadcast, Figures figures) {
        long recipients = figures.recipients();
        var json = new LinkedHashMap<String, Object>();
        json.put("recipients", recipients);
        json.put("open_rate", Figures.percent(figures.opened(), recipients));
        json.put("emails_opened", figures.opened());
        json.put("click_rate", Figures.percent(figures.clicked(), recipients));
        json.put("unsubscribe_rate", Figures.percent(figures.unsubscribed(), recipients));
        json.put("unsubscribes", figures.unsubscribed());
        json.put("total_clicks", figures.clicks());
        json.put("show_total_clicks", figures.clicks() > 0);
        json.put("status", broadcast.stage().wireName());
        json.put("progress", figures.progress(broadcast));
        json.put("open_tracking_disabled", !account.openTracking());
        json.put("click_tracking_disabled", !account.clickTracking());
        return json;
    }

    /// What Kit does not show of a broadcast's sending.
    private Map<String, Object> ownBody(Tx tx, AccountId account, Broadcast broadcast) {
        var figures =
                broadcasts.figures(tx, account, List.of(broadcast.id())).getOrDefault(broadcast.id(), Figures.NONE);
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", broadcast.id());
        json.put("status", broadcast.stage().wireName());
        json.put("send_at", broadcast.settings().sendAt().orElse(null));
        json.put("started_at", broadcast.stage().startedAt().orElse(null));
        json.put("ended_at", broadcast.stage().endedAt().orElse(null));
        json.put(
                "abort_reason",
                broadcast.stage() instanceof Broadcast.Stage.Aborted(var _, var _, var reason)
                        ? reason.wireName()
                        : null);
        json.put("audience", broadcast.audienceCount());
        json.put("queued", figures.queued());
        json.put("settled", figures.settled());
        json.put("recipients", figures.recipients());
        json.put("progress", figures.progress(broadcast));
        return Map.of("broadcast", json);
    }

    private Reply showOwn(Request request) {
        var id = request.path("id", BroadcastId::new);
        return database.inTx(tx -> broadcasts
                .find(tx, request.account(), id)
                .map(broadcast -> Reply.ok(ownBody(tx, request.account(), broadcast)))
                .orElseGet(Reply::notFound));
    }

    private Reply abort(Request request) {
        var id = request.path("id", BroadcastId::new);
        return database.inTx(tx -> switch (broadcasts.abort(tx, request.account(), id)) {
            case Broadcasts.Abortion.Aborted(var broadcast) -> Reply.ok(ownBody(tx, request.account(), broadcast));
            case Broadcasts.Abortion.NotFound _ -> Reply.notFound();
            case Broadcasts.Abortion.NotUnderWay _ -> Reply.invalid("Broadcast is not being sent.");
        });
    }

    record ClickJson(String url, long uniqueClicks, Number clickToDeliveryRate, Number clickToOpenRate) {}

    record ClicksJson(Id id, List<ClickJson> clicks) {}

    private Reply clicks(Request request) {
        var id = request.path("broadcast_id", BroadcastId::new);
        var page = request.page();
        return database.inTx(tx -> {
            if (broadcasts.find(tx, request.account(), id).isEmpty()) {
                return Reply.notFound();
            }
            var figures = broadcasts.figures(tx, request.account(), List.of(id)).getOrDefault(id, Figures.NONE);
            var clicked = broadcasts.clicked(tx, request.account(), id, page);
            var rows = clicked.items().stream()
                    .map(link -> new ClickJson(
                            link.url(),
                            link.readers(),
                            Figures.fraction(link.readers(), figures.recipients()),
                            Figures.fraction(link.readers(), figures.opened())))
                    .toList();
            var json = PageJson.of("clicks", clicked, link -> link);
            json.remove("clicks");
            json.put("broadcast", new ClicksJson(id, rows));
            return Reply.ok(json);
        });
    }
}
