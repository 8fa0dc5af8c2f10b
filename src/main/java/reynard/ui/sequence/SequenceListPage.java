package reynard.ui.sequence;

import java.util.List;
import java.util.Optional;
import reynard.ui.Frame;

/// The sequences of an account.
///
/// @param older the cursor of the next page
/// @param newer the cursor of the page before
public record SequenceListPage(Frame frame, List<Row> rows, Optional<String> older, Optional<String> newer) {
    public SequenceListPage {
        rows = List.copyOf(rows);
    }

    /// @param next when the next email goes out; empty when nobody waits
    /// @param exact the same, for machines
    public record Row(
            long id,
            String name,
            boolean active,
            String emails,
            String people,
            String next,
            String exact,
            String sent,
            String opened,
            String clicked) {}
}
