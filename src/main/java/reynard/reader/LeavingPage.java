package reynard.reader;

import java.util.Optional;
import reynard.page.Language;
import reynard.page.Texts;
import reynard.subscriber.Wish;

/// What the page behind the link of an email shows.
///
/// @param path where the link leads, without what a button adds
/// @param account the name of the account
/// @param address the reader's, most of it hidden: a link may have been forwarded
/// @param sequence the name of the sequence that the email is of, while the reader is in it
/// @param fault what was given as a new address and is none
public record LeavingPage(
        Texts texts,
        String path,
        String account,
        String address,
        Optional<String> sequence,
        Optional<Wish> wish,
        Optional<String> fault) {
    public Language language() {
        return texts.language();
    }

    public String text(String key, Object... values) {
        return texts.get(key, values);
    }

    public boolean wantsWeekly() {
        return wish.filter(Wish.Weekly.class::isInstance).isPresent();
    }

    public boolean pauses() {
        return wish.filter(Wish.Pause.class::isInstance).isPresent();
    }

    public boolean wantsAll() {
        return wish.isEmpty();
    }

    /// An address as its owner still knows it, and nobody else learns it: `r•••@example.org`.
    static String hidden(String address) {
        int at = address.lastIndexOf('@');
        return at < 1 ? "•••" : address.substring(0, address.offsetByCodePoints(0, 1)) + "•••" + address.substring(at);
    }
}
