package reynard.form;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.FormId;
import reynard.id.SubscriberId;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberEndpoints;
import reynard.subscriber.SubscriberJson;
import reynard.subscriber.Subscribers;
import reynard.subscriber.UtmParameters;

/// Kit's operations on forms and landing pages, and ours to make and change them.
public final class FormEndpoints {
    private static final int NAME_MAX = 255;
    private static final int REFERRER_MAX = 8_000;
    private static final List<String> STATUSES = statuses();

    private final Database database;
    private final Forms forms;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Function<AccountId, String> formsUrl;

    /// @param formsUrl what strangers reach an account's forms by, without a slash at its end; asked for each answer,
    ///     because a server on any free port knows it only when it listens
    public FormEndpoints(
            Database database,
            Forms forms,
            Subscribers subscribers,
            CustomFields customFields,
            Function<AccountId, String> formsUrl) {
        this.database = database;
        this.forms = forms;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.formsUrl = formsUrl;
    }

    public void register(Routes routes) {
        routes.get("/v4/forms", this::list);
        routes.get("/v4/forms/{form_id}/subscribers", this::members);
        // The paths of landing pages are in no document, but Kit's own client for PHP uses them.
        for (var plural : List.of("forms", "landing_pages")) {
            routes.post("/v4/" + plural + "/{form_id}/subscribers", this::addByEmail);
            routes.post("/v4/" + plural + "/{form_id}/subscribers/{id}", this::addById);
        }
        routes.post("/ext/v1/forms", this::create);
        routes.put("/ext/v1/forms/{id}", this::update);
    }

    private static List<String> statuses() {
        var statuses = new ArrayList<>(Form.Status.NAMES);
        statuses.add("all");
        return List.copyOf(statuses);
    }

    /// Kit's `format` says how a form is shown in a page; ours have none.
    record FormJson(
            FormId id,
            String name,
            Instant createdAt,
            String type,
            @Nullable String format,
            String embedJs,
            String embedUrl,
            boolean archived,
            String uid,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long subscriberCount) {}

    private FormJson json(AccountId account, Form form, @Nullable Long subscriberCount) {
        var url = formsUrl.apply(account) + "/" + form.uid();
        return new FormJson(
                form.id(),
                form.name(),
                form.createdAt(),
                form.kind().wireName(),
                null,
                url + "/index.js",
                url,
                form.status() == Form.Status.ARCHIVED,
                form.uid(),
                subscriberCount);
    }

    private Reply list(Request request) {
        var include = request.words("include", List.of("subscriber_count"));
        var filter = new FormFilter(
                request.oneOf("type", Form.Kind.NAMES).flatMap(Form.Kind::named),
                // "all" names no status, and so does not filter.
                Form.Status.named(request.oneOf("status", STATUSES).orElse("active")));
        var page = forms.list(request.account(), filter, request.page());
        if (include.isEmpty()) {
            return Reply.ok(PageJson.of("forms", page, form -> json(request.account(), form, null)));
        }
        var counts = forms.subscriberCounts(
                request.account(), page.items().stream().map(Form::id).toList());
        return Reply.ok(PageJson.of(
                "forms", page, form -> json(request.account(), form, counts.getOrDefault(form.id(), 0L))));
    }

    private Reply create(Request request) {
        return Reply.created(Map.of("form", json(request.account(), create(request.account(), request.json()), null)));
    }

    /// As a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Form create(AccountId account, JsonBody body) {
        var name = name(body);
        var kind = kind(body);
        if (name.isEmpty() && !body.has("name")) {
            body.fault("name can't be blank");
        }
        body.refuseFaults();
        return forms.create(account, name.orElseThrow(), kind.orElseThrow());
    }

    private static Optional<String> name(JsonBody body) {
        return switch (body.line("name", NAME_MAX)) {
            case Change.Keep<String> _ -> Optional.empty();
            case Change.Set<String>(var name) when !name.isBlank() -> Optional.of(name.strip());
            case Change.Set<String> _, Change.Clear<String> _ -> {
                body.fault("name can't be blank");
                yield Optional.empty();
            }
        };
    }

    private static Optional<Form.Kind> kind(JsonBody body) {
        var kind = body.text("type", 20).map(Form.Kind::named).over(Optional.empty(), Optional.empty());
        if (kind.isEmpty()) {
            body.fault("type must be one of: " + String.join(", ", Form.Kind.NAMES));
        }
        return kind;
    }

    private Reply update(Request request) {
        var id = request.path("id", FormId::new);
        if (database.inTx(tx -> forms.find(tx, request.account(), id)).isEmpty()) {
            return Reply.notFound();
        }
        return update(request.account(), id, request.json())
                .map(form -> Reply.ok(Map.of("form", json(request.account(), form, null))))
                .orElseGet(Reply::notFound);
    }

    /// Changes a form as a body of the API says. Empty when there is no such form.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Optional<Form> update(AccountId account, FormId id, JsonBody body) {
        var name = name(body);
        var status = status(body);
        body.refuseFaults();
        return forms.update(account, id, name, status);
    }

    /// `status`, or Kit's `archived` for two of its three values.
    private static Optional<Form.Status> status(JsonBody body) {
        if (body.has("status") && body.has("archived")) {
            body.fault("status and archived must not be given together");
            return Optional.empty();
        }
        if (body.flag("archived") instanceof Change.Set<Boolean>(var archived)) {
            return Optional.of(archived ? Form.Status.ARCHIVED : Form.Status.ACTIVE);
        }
        if (!(body.text("status", 20) instanceof Change.Set<String>(var text))) {
            return Optional.empty();
        }
        var status = Form.Status.named(text);
        if (status.isEmpty()) {
            body.fault("status must be one of: " + String.join(", ", Form.Status.NAMES));
        }
        return status;
    }

    private Reply members(Request request) {
        var form = request.path("form_id", FormId::new);
        var filter = SubscriberEndpoints.members(request, "added");
        boolean slim = request.flag("slim");
        var page = request.page();
        return database.inTx(tx -> {
            if (forms.find(tx, request.account(), form).isEmpty()) {
                return Reply.notFound();
            }
            var members = forms.members(tx, request.account(), form, filter, page);
            var rows = SubscriberJson.rows(
                    tx,
                    request.account(),
                    members.items().stream().map(Forms.Member::subscriber).toList(),
                    slim,
                    subscribers,
                    customFields);
            return Reply.ok(
                    PageJson.of("subscribers", members, member -> member(rows.apply(member.subscriber()), member)));
        });
    }

    record UtmJson(
            @Nullable String source,
            @Nullable String medium,
            @Nullable String campaign,
            @Nullable String term,
            @Nullable String content) {
        static UtmJson of(UtmParameters utm) {
            return new UtmJson(
                    utm.source().orElse(null),
                    utm.medium().orElse(null),
                    utm.campaign().orElse(null),
                    utm.term().orElse(null),
                    utm.content().orElse(null));
        }
    }

    private static Map<String, @Nullable Object> member(Map<String, @Nullable Object> json, Forms.Member member) {
        json.put("added_at", member.addedAt());
        json.put("referrer", member.referrer().orElse(null));
        json.put(
                "referrer_utm_parameters",
                UtmJson.of(UtmParameters.of(member.referrer().orElse(""))));
        return json;
    }

    private Reply addById(Request request) {
        var form = request.path("form_id", FormId::new);
        var id = request.path("id", SubscriberId::new);
        var body = request.json();
        var referrer = referrer(body);
        body.refuseFaults();
        return database.inTx(
                tx -> add(tx, request.account(), form, subscribers.find(tx, request.account(), id), referrer));
    }

    private Reply addByEmail(Request request) {
        var form = request.path("form_id", FormId::new);
        var body = request.json();
        var email = body.text("email_address", 1_000).over("", "").strip();
        var referrer = referrer(body);
        body.refuseFaults();
        return database.inTx(tx -> {
            if (!email.isEmpty()) {
                return add(
                        tx, request.account(), form, subscribers.findByEmail(tx, request.account(), email), referrer);
            }
            return forms.find(tx, request.account(), form).isEmpty()
                    ? Reply.notFound()
                    : Reply.invalid("Either subscriber id or email address is required to add subscriber to form");
        });
    }

    private static Optional<String> referrer(JsonBody body) {
        return Optional.of(body.text("referrer", REFERRER_MAX).over("", "")).filter(text -> !text.isBlank());
    }

    private Reply add(
            Tx tx, AccountId account, FormId form, Optional<Subscriber> subscriber, Optional<String> referrer) {
        if (forms.find(tx, account, form).isEmpty() || subscriber.isEmpty()) {
            return Reply.notFound();
        }
        var added = forms.add(tx, account, form, subscriber.get().id(), referrer);
        var json = SubscriberJson.of(subscriber.get(), customFields.all(tx, account));
        var body = Map.of("subscriber", member(json, added.member()));
        return added.added() ? Reply.created(body) : Reply.ok(body);
    }
}
