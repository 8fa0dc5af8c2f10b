package reynard.ui.letter;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import reynard.db.Tx;
import reynard.delivery.Specimen;
import reynard.http.Reply;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.page.Templates;
import reynard.proof.ProofEndpoints;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.template.BrokenEmail;
import reynard.ui.Desk;
import reynard.ui.Form;

/// What an email would look like for one reader, from its form as it stands. What comes back may be anything that an
/// author or a stranger wrote, so it is shown in a frame without scripts and without an origin, and may load nothing.
public final class SpecimenEndpoints {
    private final Subscribers subscribers;

    public SpecimenEndpoints(Subscribers subscribers) {
        this.subscribers = subscribers;
    }

    /// @param form with the address of the reader, who may be nobody, and how it is looked at
    /// @param specimen the email for a reader; it may be broken
    public Reply of(
            Tx tx, AccountId account, Form form, Function<Optional<SubscriberId>, Optional<Specimen>> specimen) {
        return Desk.sandboxed(html(tx, account, form, specimen));
    }

    private String html(
            Tx tx, AccountId account, Form form, Function<Optional<SubscriberId>, Optional<Specimen>> specimen) {
        var wanted = form.value("reader").strip();
        var reader = wanted.isEmpty() ? Optional.<Subscriber>empty() : subscribers.findByEmail(tx, account, wanted);
        if (!wanted.isEmpty() && reader.isEmpty()) {
            return said("Nobody has the address " + wanted, "", true);
        }
        try {
            var shown = specimen.apply(reader.map(Subscriber::id)).orElseThrow();
            var rendered = shown.rendered();
            return switch (form.value("view")) {
                case "text" -> said(rendered.subject(), rendered.text(), false);
                case "checks" -> checked(ProofEndpoints.warnings(shown));
                default -> rendered.html();
            };
        } catch (BrokenEmail broken) {
            return said("This cannot be rendered", broken.sentence(), true);
        }
    }

    private static String checked(List<String> warnings) {
        return Templates.render(
                "ui/letter/preview.jte",
                new PreviewPage(
                        warnings.isEmpty() ? "Nothing to be said against it" : "Before readers get it",
                        "",
                        warnings,
                        false));
    }

    /// A sentence in the place of an email.
    public static String said(String title, String text, boolean fault) {
        return Templates.render("ui/letter/preview.jte", new PreviewPage(title, text, List.of(), fault));
    }
}
