package reynard.ui.broadcast;

import java.util.Optional;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.BroadcastWriter;
import reynard.delivery.Letters;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.EmailTemplateId;
import reynard.page.Templates;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.template.BrokenEmail;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplates;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.sequence.PreviewPage;

/// What a broadcast would look like for one reader, from its form as it stands, in a frame that may load nothing.
public final class BroadcastPreviewEndpoints {
    private final Database database;
    private final Subscribers subscribers;
    private final EmailTemplates templates;
    private final Letters letters;
    private final Desk desk;

    public BroadcastPreviewEndpoints(
            Database database, Subscribers subscribers, EmailTemplates templates, Letters letters, Desk desk) {
        this.database = database;
        this.subscribers = subscribers;
        this.templates = templates;
        this.letters = letters;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.form(routes, "/broadcasts/preview", Desk.Right.LOOK, this::preview);
    }

    private Reply preview(Desk.Visit visit, Form form) {
        return Desk.sandboxed(database.read(tx -> render(tx, visit, form)));
    }

    private String render(Tx tx, Desk.Visit visit, Form form) {
        var wanted = form.value("reader").strip();
        var reader =
                wanted.isEmpty() ? Optional.<Subscriber>empty() : subscribers.findByEmail(tx, visit.account(), wanted);
        if (!wanted.isEmpty() && reader.isEmpty()) {
            return said("Nobody has the address " + wanted, "", true);
        }
        var layout = Optional.of(form.value("email_template_id"))
                .filter(text -> text.matches("[0-9]{1,18}"))
                .flatMap(text -> templates.find(tx, visit.account(), new EmailTemplateId(Long.parseLong(text))))
                .orElseGet(() -> templates.defaultOf(tx, visit.account()));
        var written = new BroadcastWriter.Draft(
                Optional.empty(),
                new EmailRenderer.Source(
                        form.value("subject"), form.value("preview_text"), form.value("content"), layout.html()));
        try {
            var rendered = letters.specimen(tx, visit.account(), written, reader.map(Subscriber::id), visit.now())
                    .orElseThrow()
                    .rendered();
            return form.value("view").equals("text")
                    ? said(rendered.subject(), rendered.text(), false)
                    : rendered.html();
        } catch (BrokenEmail broken) {
            return said("This cannot be rendered", broken.sentence(), true);
        }
    }

    private static String said(String title, String text, boolean fault) {
        return Templates.render("ui/sequence/preview.jte", new PreviewPage(title, text, fault));
    }
}
