package reynard.ui.audience;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;

/// Every tag, and how many wear it.
///
/// @param at when they were counted
public record TagListPage(
        Frame frame, Form form, String at, List<Row> rows, Optional<String> older, Optional<String> newer) {
    public TagListPage {
        rows = List.copyOf(rows);
    }

    /// @param people active ones
    public record Row(long id, String name, String people, String since, String exact) {}
}
