package reynard.ui.broadcast;

import java.util.List;
import java.util.Optional;
import reynard.ui.Frame;

/// What is on the web or will be, the newest first.
///
/// @param site where strangers find all of them
public record PostListPage(Frame frame, String site, List<Row> rows, Optional<String> older, Optional<String> newer) {
    public PostListPage {
        rows = List.copyOf(rows);
    }

    /// @param broadcast whose version on the web it is
    /// @param url empty as long as it is not to be seen
    public record Row(long broadcast, String title, boolean seen, String when, String exact, String url) {}
}
