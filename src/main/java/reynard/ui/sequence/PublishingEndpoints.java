package reynard.ui.sequence;

import java.util.Map;
import reynard.db.Database;
import reynard.foresight.Edits;
import reynard.http.Reply;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences.EmailEdit;
import reynard.ui.Desk;
import reynard.ui.Form;

/// Publishes an email of a sequence or makes it a draft again, and asks first when somebody inside would notice.
final class PublishingEndpoints {
    private final Edits edits;
    private final AskingEndpoints asking;

    PublishingEndpoints(Database database, Edits edits) {
        this.edits = edits;
        this.asking = new AskingEndpoints(database);
    }

    Reply publish(Desk.Visit visit, Sequence sequence, SequenceEmail email) {
        return turn(visit, Form.filled(Map.of("to", "on")), sequence, email);
    }

    /// @param form `to` is `on` or `off`; the answer to the question comes with it
    Reply turn(Desk.Visit visit, Form form, Sequence sequence, SequenceEmail email) {
        boolean on = form.value("to").equals("on");
        var subject = "“" + email.settings().subject() + "”";
        var place = AskingEndpoints.home(sequence.id()) + "#email-" + email.id().value();
        return asking.ask(
                visit,
                form,
                AskingEndpoints.Wish.of(
                        sequence,
                        (on ? "Publish " : "Take back ") + subject,
                        "/emails/" + email.id().value() + "/published",
                        on ? "Publish" : "Make it a draft",
                        false),
                (tx, terms) -> edits.ofEmail(
                        tx, visit.account(), sequence.id(), email.id(), _ -> current -> current.published(on), terms),
                refusal -> refusal instanceof EmailEdit.Broken(var fault)
                        ? visit.done(place, subject + " stays a draft. Wrong in it: " + fault)
                        : visit.noSuchPage(),
                () -> visit.done(place, on ? subject + " is published." : subject + " is a draft."));
    }
}
