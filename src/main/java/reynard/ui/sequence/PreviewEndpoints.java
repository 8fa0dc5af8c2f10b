package reynard.ui.sequence;

import java.util.Optional;
import reynard.db.Database;
import reynard.delivery.Letters;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.EmailTemplateId;
import reynard.id.SequenceId;
import reynard.schedule.Delay;
import reynard.sequence.EmailSettings;
import reynard.sequence.Sequences;
import reynard.subscriber.Subscribers;
import reynard.template.Format;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.letter.SpecimenEndpoints;

/// What an email of a sequence would look like for one reader.
public final class PreviewEndpoints {
    private final Database database;
    private final SpecimenEndpoints previews;
    private final Sequences sequences;
    private final Letters letters;
    private final Desk desk;

    public PreviewEndpoints(
            Database database, Subscribers subscribers, Sequences sequences, Letters letters, Desk desk) {
        this.database = database;
        this.previews = new SpecimenEndpoints(subscribers);
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
                .map(sequence -> previews.of(
                        tx,
                        visit.account(),
                        form,
                        reader -> letters.specimen(tx, visit.account(), sequence, written(form), reader, visit.now())))
                .orElseGet(visit::noSuchPage));
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
}
