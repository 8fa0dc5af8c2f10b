package reynard.ui.form;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// The ways in, and how many came by each.
///
/// @param filter which of them are shown
/// @param hosts the form with the hosts that forms may lead on to
/// @param anything whether the account has any form at all
public record FormListPage(
        Frame frame,
        Form filter,
        Form hosts,
        List<Option> statuses,
        List<Row> rows,
        boolean anything,
        String path,
        Optional<String> older,
        Optional<String> newer) {
    public FormListPage {
        statuses = List.copyOf(statuses);
        rows = List.copyOf(rows);
    }

    /// @param people active ones
    public record Row(long id, String name, String kind, String people, String url, String since, String exact) {}
}
