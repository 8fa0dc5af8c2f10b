package reynard.ui.template;

import java.util.List;
import java.util.Optional;
import reynard.ui.Frame;

/// What emails share.
///
/// @param archived whether those are shown that are put away
public record SnippetListPage(
        Frame frame, boolean archived, List<Row> rows, Optional<String> older, Optional<String> newer) {
    public SnippetListPage {
        rows = List.copyOf(rows);
    }

    /// @param variable how an email names it
    public record Row(long id, String name, String kind, String variable, String changed, String exact) {}
}
