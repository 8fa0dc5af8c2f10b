package reynard.ui.people;

import java.util.List;
import reynard.ui.Frame;

/// What was done to many people lately.
public record ChangeListPage(Frame frame, List<Row> rows) {
    public ChangeListPage {
        rows = List.copyOf(rows);
    }

    /// @param standing in a word or two
    public record Row(long id, String name, String people, String standing, String tone, String at) {}
}
