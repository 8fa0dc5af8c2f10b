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
/// @param draft when the author typed something that they have not saved; empty when there is nothing
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
        List<Option> variables,
        String draft) {
    public EditorPage {
        templates = List.copyOf(templates);
        days = List.copyOf(days);
        variables = List.copyOf(variables);
    }

    EditorPage withDraft(String at) {
        return new EditorPage(
                frame, sequence, sequenceName, id, published, action, form, templates, days, variables, at);
    }
}
