package reynard.template;

import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.EmailTemplateId;

/// Kit's operation on email templates.
public final class TemplateEndpoints {
    private final EmailTemplates templates;

    public TemplateEndpoints(EmailTemplates templates) {
        this.templates = templates;
    }

    public void register(Routes routes) {
        routes.get("/v4/email_templates", this::list);
    }

    record EmailTemplateJson(EmailTemplateId id, String name, boolean isDefault, String category) {}

    private Reply list(Request request) {
        var page = templates.list(request.account(), request.page());
        return Reply.ok(PageJson.of(
                "email_templates",
                page,
                template -> new EmailTemplateJson(
                        template.id(), template.name(), template.isDefault(), template.category())));
    }
}
