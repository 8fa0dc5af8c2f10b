package reynard.ui.audience;

import java.util.List;
import java.util.Optional;
import reynard.ui.Frame;

/// Every segment.
public record SegmentListPage(Frame frame, List<Row> rows, Optional<String> older, Optional<String> newer) {
    public SegmentListPage {
        rows = List.copyOf(rows);
    }

    /// @param question what it asks, in words
    public record Row(long id, String name, String question, String since, String exact) {}
}
