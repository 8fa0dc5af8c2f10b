package reynard.ui.broadcast;

import java.util.Optional;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.BroadcastWriter;
import reynard.delivery.Letters;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.EmailTemplateId;
import reynard.subscriber.Subscribers;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplates;
import reynard.template.Format;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.letter.SpecimenEndpoints;

/// What a broadcast would look like for one reader, from its form as it stands, in a frame that may load nothing.
public final class BroadcastPreviewEndpoints {
    private final Database database;
    private final SpecimenEndpoints previews;
    private final EmailTemplates templates;
    private final Letters letters;
    private final Desk desk;

    public BroadcastPreviewEndpoints(
            Database database, Subscribers subscribers, EmailTemplates templates, Letters letters, Desk desk) {
        this.database = database;
        this.previews = new SpecimenEndpoints(subscribers);
        this.templates = templates;
        this.letters = letters;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.form(routes, "/broadcasts/preview", Desk.Right.LOOK, this::preview);
    }

    private Reply preview(Desk.Visit visit, Form form) {
        return database.read(tx -> previews.of(
                tx,
                visit.account(),
                form,
                reader -> letters.specimen(tx, visit.account(), written(tx, visit, form), reader, visit.now())));
    }

    private BroadcastWriter.Draft written(Tx tx, Desk.Visit visit, Form form) {
        var layout = Optional.of(form.value("email_template_id"))
                .filter(text -> text.matches("[0-9]{1,18}"))
                .flatMap(text -> templates.find(tx, visit.account(), new EmailTemplateId(Long.parseLong(text))))
                .orElseGet(() -> templates.defaultOf(tx, visit.account()));
        return new BroadcastWriter.Draft(
                Optional.empty(),
                new EmailRenderer.Source(
                        form.value("subject"),
                        form.value("preview_text"),
                        form.value("content"),
                        layout.html(),
                        Format.named(form.value("content_type")).orElse(Format.HTML)));
    }
}
