package reynard.ui.sequence;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// One email being written.
///
/// @param id 0 for one that is new
/// @param action where the form is sent
/// @param variables what a text may name
public record EditorPage(
        Frame frame,
        long sequence,
        String sequenceName,
        long id,
        boolean published,
        String action,
        Form form,
        List<Option> templates,
        List<Option> days,
        List<Option> variables) {
    public EditorPage {
        templates = List.copyOf(templates);
        days = List.copyOf(days);
        variables = List.copyOf(variables);
    }
}
