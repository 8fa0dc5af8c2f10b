package reynard.template;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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
import reynard.id.EmailTemplateId;
import reynard.template.liquid.Budget;
import reynard.template.liquid.Escaping;
import reynard.template.liquid.LiquidError;
import reynard.template.liquid.RenderOptions;
import reynard.template.liquid.Template;

/// Kit's operation on email templates, ours to make and change them, and one to try a piece of Liquid.
public final class TemplateEndpoints {
    private static final int NAME_MAX = 255;

    private final Database database;
    private final EmailTemplates templates;
    private final InstantSource clock;

    public TemplateEndpoints(Database database, EmailTemplates templates, InstantSource clock) {
        this.database = database;
        this.templates = templates;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/v4/email_templates", this::list);
        routes.post("/ext/v1/email_templates", this::create);
        routes.get("/ext/v1/email_templates/{id}", this::show);
        routes.put("/ext/v1/email_templates/{id}", this::update);
        routes.delete("/ext/v1/email_templates/{id}", this::delete);
        routes.post("/ext/v1/render", this::render);
    }

    record EmailTemplateJson(EmailTemplateId id, String name, boolean isDefault, String category) {}

    record OutputJson(String output) {}

    /// Plain Liquid: nothing is escaped that the template does not escape.
    private Reply render(Request request) {
        var body = request.json();
        var content = body.text("content", Template.SOURCE_CHARS_MAX);
        if (!(content instanceof Change.Set<String>) && !body.has("content")) {
            body.fault("content can't be blank");
        }
        var data = body.plain("data").over(Map.of(), Map.of());
        body.refuseFaults();
        try {
            var options = new RenderOptions(new Budget(), Escaping.NONE, clock.instant(), ZoneOffset.UTC);
            return Reply.ok(new OutputJson(Template.parse(content.over("", "")).render(data, options)));
        } catch (LiquidError e) {
            return Reply.invalid("content line " + e.line() + ", column " + e.column() + ": " + e.message());
        }
    }

    private Reply list(Request request) {
        var page = templates.list(request.account(), request.page());
        return Reply.ok(PageJson.of(
                "email_templates",
                page,
                template -> new EmailTemplateJson(
                        template.id(), template.name(), template.isDefault(), template.category())));
    }

    record OwnTemplateJson(
            EmailTemplateId id,
            String name,
            boolean isDefault,
            String category,
            String html,
            Instant createdAt,
            Instant updatedAt) {
        static Map<String, OwnTemplateJson> body(EmailTemplate template) {
            return Map.of(
                    "email_template",
                    new OwnTemplateJson(
                            template.id(),
                            template.name(),
                            template.isDefault(),
                            template.category(),
                            template.html(),
                            template.createdAt(),
                            template.updatedAt()));
        }
    }

    private Reply show(Request request) {
        var id = request.path("id", EmailTemplateId::new);
        return database.inTx(tx -> templates.find(tx, request.account(), id))
                .map(template -> Reply.ok(OwnTemplateJson.body(template)))
                .orElseGet(Reply::notFound);
    }

    private Reply create(Request request) {
        return Reply.created(OwnTemplateJson.body(create(request.account(), request.json())));
    }

    /// As a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public EmailTemplate create(AccountId account, JsonBody body) {
        var name = present(body, "name", body.line("name", NAME_MAX), true);
        var html = html(body, true);
        boolean isDefault = body.flag("is_default").over(false, false);
        body.refuseFaults();
        return templates.create(account, name.orElseThrow().strip(), html.orElseThrow(), isDefault);
    }

    private Reply update(Request request) {
        var id = request.path("id", EmailTemplateId::new);
        return database.inTx(tx -> update(tx, request.account(), id, request::json)
                .map(template -> Reply.ok(OwnTemplateJson.body(template)))
                .orElseGet(Reply::notFound));
    }

    /// Changes a layout as a body of the API says. Empty when there is none.
    ///
    /// @param given asked for when there is a layout to change
    /// @throws InvalidRequest when the body cannot be one
    public Optional<EmailTemplate> update(Tx tx, AccountId account, EmailTemplateId id, Supplier<JsonBody> given) {
        var found = templates.find(tx, account, id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var body = given.get();
        var name = present(body, "name", body.line("name", NAME_MAX), false);
        var html = html(body, false);
        var isDefault = body.flag("is_default");
        if (found.get().isDefault() && isDefault instanceof Change.Set<Boolean>(var wanted) && !wanted) {
            body.fault("is_default can't be taken away; make another template the default");
        }
        body.refuseFaults();
        return templates.update(tx, account, id, name.map(String::strip), html, isDefault.over(false, false));
    }

    private Reply delete(Request request) {
        return switch (templates.delete(request.account(), request.path("id", EmailTemplateId::new))) {
            case EmailTemplates.Deletion.Deleted _ -> Reply.noContent();
            case EmailTemplates.Deletion.NoSuchTemplate _ -> Reply.notFound();
            case EmailTemplates.Deletion.IsDefault _ ->
                Reply.invalid("Email template is the account's default; make another one the default first");
            case EmailTemplates.Deletion.InUse(var users) ->
                Reply.invalid(users.stream()
                        .map(user -> "Email template is used by " + user)
                        .toList());
        };
    }

    private static Optional<String> html(JsonBody body, boolean required) {
        var html = present(body, "html", body.text("html", Template.SOURCE_CHARS_MAX), required);
        html.ifPresent(text -> body.faults(EmailTemplate.faults(text)));
        return html;
    }

    /// A text that must not be blank where it is given, and must be given where it is required.
    private static Optional<String> present(JsonBody body, String name, Change<String> change, boolean required) {
        boolean missing = change instanceof Change.Clear || (required && !body.has(name));
        if (missing || (change instanceof Change.Set<String>(var text) && text.isBlank())) {
            body.fault(name + " can't be blank");
            return Optional.empty();
        }
        return change.<Optional<String>>map(Optional::of).over(Optional.empty(), Optional.empty());
    }
}
