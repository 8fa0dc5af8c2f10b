package reynard.signup;

import java.util.List;
import java.util.Optional;
import reynard.form.Form;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.page.Language;
import reynard.page.Texts;

/// What a form shows and does.
///
/// @param language of the form and its mails; empty for the visitor's own
/// @param consentText beside a box that the visitor ticks
/// @param doubleOptIn whether those who sign up confirm it by mail
/// @param redirectUrl where a visitor goes on to
/// @param tags what those get who have joined
/// @param sequences where those go who have joined
public record FormPage(
        Optional<Language> language,
        Optional<String> heading,
        Optional<String> introduction,
        Optional<String> button,
        Optional<String> consentText,
        boolean asksName,
        boolean doubleOptIn,
        Optional<String> redirectUrl,
        Optional<String> confirmationSubject,
        Optional<String> confirmationText,
        List<TagId> tags,
        List<SequenceId> sequences) {
    /// A form that nobody has set up: it asks for an address and confirms it.
    public static final FormPage PLAIN = new FormPage(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of());

    public FormPage {
        tags = List.copyOf(tags);
        sequences = List.copyOf(sequences);
    }

    public String headingOf(Form form) {
        return heading.orElse(form.name());
    }

    Texts texts(Language visitors) {
        return Texts.in(language.orElse(visitors));
    }

    /// What a visitor reads before they press the button, word by word.
    String shown(Form form, Texts texts) {
        return String.join(
                "\n",
                java.util.stream.Stream.of(
                                Optional.of(headingOf(form)),
                                introduction,
                                consentText,
                                Optional.of(button.orElse(texts.get("form.button"))))
                        .flatMap(Optional::stream)
                        .toList());
    }
}
