package reynard.ui.sending;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// Addresses that get no mail, and those that were taken off that list.
///
/// @param filter what it is filtered by
/// @param form for one more
/// @param removals newest first
public record SuppressedPage(
        Frame frame,
        Form filter,
        Form form,
        List<Option> reasons,
        List<Row> rows,
        List<Removal> removals,
        String path,
        Optional<String> older,
        Optional<String> newer) {
    public SuppressedPage {
        reasons = List.copyOf(reasons);
        rows = List.copyOf(rows);
        removals = List.copyOf(removals);
    }

    /// @param person 0: nobody of the list
    public record Row(
            long id, String address, String reason, String tone, String evidence, String since, long person) {}

    public record Removal(String address, String reason, String at, String note) {}
}
