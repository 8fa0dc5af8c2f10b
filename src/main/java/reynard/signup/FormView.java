package reynard.signup;

import java.util.Optional;
import reynard.form.Form;
import reynard.page.Texts;

/// A form as a page shows it.
///
/// @param action where it is sent to
/// @param stamp says when we have shown it; empty where others show it
/// @param fault what has to be put right
/// @param filled what the visitor has entered before
/// @param framed whether it stands inside somebody's page
public record FormView(
        Texts texts,
        Form form,
        FormPage page,
        String action,
        String stamp,
        Optional<String> fault,
        Filled filled,
        boolean framed) {
    /// What a visitor has entered, and where they came from.
    public record Filled(String email, String name, String referrer) {
        public static final Filled NOTHING = new Filled("", "", "");
    }

    public String heading() {
        return page.headingOf(form);
    }

    public String button() {
        return page.button().orElse(texts.get("form.button"));
    }

    public String text(String key, Object... values) {
        return texts.get(key, values);
    }
}
