package reynard.ui.sequence;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.EmailTemplateId;
import reynard.id.SequenceId;
import reynard.page.Templates;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.template.BrokenEmail;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplate;
import reynard.template.EmailTemplates;
import reynard.ui.Desk;
import reynard.ui.Form;

/// What an email would look like for one reader, from the form as it stands. What comes back may be anything that an
/// author or a stranger wrote, so it is shown in a frame without scripts and without an origin, and may load nothing.
public final class PreviewEndpoints {
    private final Database database;
    private final Accounts accounts;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final EmailTemplates templates;
    private final EmailRenderer renderer = new EmailRenderer();
    private final Supplier<String> publicUrl;
    private final Desk desk;

    public PreviewEndpoints(
            Database database,
            Accounts accounts,
            Subscribers subscribers,
            CustomFields customFields,
            EmailTemplates templates,
            Supplier<String> publicUrl,
            Desk desk) {
        this.database = database;
        this.accounts = accounts;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.templates = templates;
        this.publicUrl = publicUrl;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.form(routes, "/sequences/{id}/preview", Desk.Right.LOOK, this::preview);
    }

    private Reply preview(Desk.Visit visit, Form form) {
        visit.request().path("id", SequenceId::new);
        var page = database.read(tx -> render(tx, visit, form));
        return Desk.sandboxed(page);
    }

    private String render(Tx tx, Desk.Visit visit, Form form) {
        var wanted = form.value("reader").strip();
        var reader =
                wanted.isEmpty() ? Optional.<Subscriber>empty() : subscribers.findByEmail(tx, visit.account(), wanted);
        if (!wanted.isEmpty() && reader.isEmpty()) {
            return said("Nobody has the address " + wanted, "", true);
        }
        try {
            var rendered = renderer.render(
                    new EmailRenderer.Source(
                            form.value("subject"),
                            form.value("preview_text"),
                            form.value("content"),
                            layout(tx, visit.account(), form).html()),
                    new EmailRenderer.Values(
                            reader.map(person -> values(tx, visit.account(), person))
                                    .orElseGet(() -> Map.of("first_name", "Alex", "email_address", "alex@example.com")),
                            publicUrl.get() + "/unsubscribe/preview",
                            accounts.get(tx, visit.account()).postalAddress().orElse(""),
                            visit.now()));
            return form.value("view").equals("text")
                    ? said(rendered.subject(), rendered.text(), false)
                    : rendered.html();
        } catch (BrokenEmail broken) {
            return said("This cannot be rendered", broken.sentence(), true);
        }
    }

    private EmailTemplate layout(Tx tx, AccountId account, Form form) {
        var id = form.value("email_template_id");
        return Optional.of(id)
                .filter(text -> text.matches("[0-9]{1,18}"))
                .flatMap(text -> templates.find(tx, account, new EmailTemplateId(Long.parseLong(text))))
                .orElseGet(() -> templates.defaultOf(tx, account));
    }

    private Map<String, String> values(Tx tx, AccountId account, Subscriber reader) {
        var values = new HashMap<String, String>();
        values.put("email_address", reader.emailAddress());
        reader.firstName().ifPresent(name -> values.put("first_name", name));
        for (var field : customFields.all(tx, account)) {
            var value = reader.fields().get(field.id());
            if (value != null) {
                values.putIfAbsent(field.key(), value);
            }
        }
        return values;
    }

    private static String said(String title, String text, boolean fault) {
        return Templates.render("ui/sequence/preview.jte", new PreviewPage(title, text, fault));
    }
}
