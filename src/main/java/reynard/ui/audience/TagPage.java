package reynard.ui.audience;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;

/// One tag.
///
/// @param people how many active ones wear it, in words
/// @param excludedBy the sequences that exclude by it
public record TagPage(Frame frame, long id, Form form, String people, List<String> excludedBy) {
    public TagPage {
        excludedBy = List.copyOf(excludedBy);
    }
}
