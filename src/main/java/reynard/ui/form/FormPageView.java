package reynard.ui.form;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// A form, what it shows and does, and how visitors come to it.
///
/// @param hosted whether it is a landing page
/// @param archived whether nobody can sign up by it
/// @param people how many active ones came by it, in words
/// @param url of the page that we show
public record FormPageView(
        Frame frame,
        long id,
        boolean hosted,
        boolean archived,
        String people,
        String url,
        String embedHtml,
        String embedScript,
        Form form,
        List<Option> languages,
        List<Option> tags,
        List<Option> sequences) {
    public FormPageView {
        languages = List.copyOf(languages);
        tags = List.copyOf(tags);
        sequences = List.copyOf(sequences);
    }
}
