package reynard.signup;

import java.util.Optional;
import reynard.page.Texts;

/// A mail with one button, to somebody who may not know us yet.
public record ConfirmationLetter(
        Texts texts,
        String subject,
        String explained,
        String button,
        String link,
        String ignore,
        String account,
        Optional<String> postalAddress) {
    /// The plain part.
    public String text() {
        return explained + "\n\n" + button + ":\n" + link + "\n\n" + ignore + "\n\n-- \n" + account
                + postalAddress.map(address -> "\n" + address).orElse("") + "\n";
    }
}
