package reynard.ui.sequence;

import java.util.Optional;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Letters;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.EmailTemplateId;
import reynard.id.SequenceId;
import reynard.page.Templates;
import reynard.schedule.Delay;
import reynard.sequence.EmailSettings;
import reynard.sequence.Sequence;
import reynard.sequence.Sequences;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.template.BrokenEmail;
import reynard.template.Format;
import reynard.ui.Desk;
import reynard.ui.Form;

/// What an email would look like for one reader, from the form as it stands. What comes back may be anything that an
/// author or a stranger wrote, so it is shown in a frame without scripts and without an origin, and may load nothing.
public final class PreviewEndpoints {
    private final Database database;
    private final Subscribers subscribers;
    private final Sequences sequences;
    private final Letters letters;
    private final Desk desk;

    public PreviewEndpoints(
            Database database, Subscribers subscribers, Sequences sequences, Letters letters, Desk desk) {
        this.database = database;
        this.subscribers = subscribers;
        this.sequences = sequences;
        this.letters = letters;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.form(routes, "/sequences/{id}/preview", Desk.Right.LOOK, this::preview);
    }

    private Reply preview(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", SequenceId::new);
        return database.read(tx -> sequences
                .find(tx, visit.account(), id)
                .map(sequence -> Desk.sandboxed(render(tx, visit, sequence, form)))
                .orElseGet(visit::noSuchPage));
    }

    private String render(Tx tx, Desk.Visit visit, Sequence sequence, Form form) {
        var wanted = form.value("reader").strip();
        var reader =
                wanted.isEmpty() ? Optional.<Subscriber>empty() : subscribers.findByEmail(tx, visit.account(), wanted);
        if (!wanted.isEmpty() && reader.isEmpty()) {
            return said("Nobody has the address " + wanted, "", true);
        }
        try {
            var rendered = letters.specimen(
                            tx, visit.account(), sequence, written(form), reader.map(Subscriber::id), visit.now())
                    .orElseThrow()
                    .rendered();
            return form.value("view").equals("text")
                    ? said(rendered.subject(), rendered.text(), false)
                    : rendered.html();
        } catch (BrokenEmail broken) {
            return said("This cannot be rendered", broken.sentence(), true);
        }
    }

    /// As far as it says what the email looks like.
    private static EmailSettings written(Form form) {
        return new EmailSettings(
                form.value("subject"),
                Optional.of(form.value("preview_text")),
                Optional.of(form.value("content")),
                Format.named(form.value("content_type")).orElse(Format.HTML),
                new Delay.Immediate(),
                Optional.empty(),
                Optional.of(form.value("email_template_id"))
                        .filter(text -> text.matches("[0-9]{1,18}"))
                        .map(text -> new EmailTemplateId(Long.parseLong(text))),
                false,
                0);
    }

    private static String said(String title, String text, boolean fault) {
        return Templates.render("ui/sequence/preview.jte", new PreviewPage(title, text, fault));
    }
}
