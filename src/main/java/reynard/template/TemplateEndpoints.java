package reynard.template;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import reynard.http.Change;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.EmailTemplateId;
import reynard.template.liquid.Budget;
import reynard.template.liquid.Escaping;
import reynard.template.liquid.LiquidError;
import reynard.template.liquid.RenderOptions;
import reynard.template.liquid.Template;

/// Kit's operation on email templates, and ours to try a piece of Liquid.
public final class TemplateEndpoints {
    private final EmailTemplates templates;
    private final InstantSource clock;

    public TemplateEndpoints(EmailTemplates templates, InstantSource clock) {
        this.templates = templates;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/v4/email_templates", this::list);
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
}
