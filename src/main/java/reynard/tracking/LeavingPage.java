package reynard.tracking;

import reynard.page.Language;
import reynard.page.Texts;

/// What the pages about leaving show.
///
/// @param account the name of the account
public record LeavingPage(Texts texts, String account) {
    public Language language() {
        return texts.language();
    }

    public String text(String key, Object... values) {
        return texts.get(key, values);
    }
}
