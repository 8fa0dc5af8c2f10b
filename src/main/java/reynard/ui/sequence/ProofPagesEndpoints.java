package reynard.ui.sequence;

import reynard.http.InvalidRequest;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.mail.EmailAddress;
import reynard.proof.ProofEndpoints;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Words;

/// Emails to the author who asks for them, before readers get them.
public final class ProofPagesEndpoints {
    private final ProofEndpoints proofs;
    private final Desk desk;

    public ProofPagesEndpoints(ProofEndpoints proofs, Desk desk) {
        this.proofs = proofs;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.form(routes, "/sequences/{id}/emails/{email_id}/test", this::test);
        desk.form(routes, "/sequences/{id}/rehearse", this::rehearse);
    }

    private static SequenceId sequence(Desk.Visit visit) {
        return visit.request().path("id", SequenceId::new);
    }

    private static EmailAddress author(Desk.Visit visit) {
        return EmailAddress.parse(visit.user()).orElseThrow();
    }

    /// As it was saved last.
    private Reply test(Desk.Visit visit, Form form) {
        var email = visit.request().path("email_id", SequenceEmailId::new);
        var home = "/sequences/" + sequence(visit).value() + "/emails/" + email.value();
        try {
            return proofs.test(visit.account(), sequence(visit), email, author(visit))
                    ? visit.done(home, "Sent to " + visit.user() + ", as it was saved last.")
                    : visit.noSuchPage();
        } catch (InvalidRequest invalid) {
            return visit.done(home, "Not sent: " + String.join(" ", invalid.faults()) + ".");
        }
    }

    private Reply rehearse(Desk.Visit visit, Form form) {
        var home = "/sequences/" + sequence(visit).value();
        try {
            var sent = proofs.rehearse(visit.account(), sequence(visit), author(visit));
            return sent.isPresent()
                    ? visit.done(
                            home,
                            sent.getAsInt() == 0
                                    ? "There is no published email to rehearse."
                                    : Words.count(sent.getAsInt(), "email") + " sent to " + visit.user()
                                            + ", each with the day on which a reader would get it.")
                    : visit.noSuchPage();
        } catch (InvalidRequest invalid) {
            return visit.done(home, "Not sent: " + String.join(" ", invalid.faults()) + ".");
        }
    }
}
