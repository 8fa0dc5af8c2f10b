package reynard.page;

import java.util.Optional;

/// A mail of a few sentences and perhaps a button, to somebody who may not know us yet. The template is
/// `mail/short.jte`.
///
/// @param end what to do if it is nothing of theirs
/// @param account the name of the account that writes it
public record ShortLetter(
        Texts texts,
        String subject,
        String explained,
        Optional<Button> button,
        String end,
        String account,
        Optional<String> postalAddress) {
    public record Button(String label, String link) {}

    public String html() {
        return Templates.render("mail/short.jte", this);
    }

    /// The plain part.
    public String text() {
        return explained + "\n\n"
                + button.map(shown -> shown.label() + ":\n" + shown.link() + "\n\n")
                        .orElse("")
                + end + "\n\n-- \n" + account
                + postalAddress.map(address -> "\n" + address).orElse("") + "\n";
    }
}
