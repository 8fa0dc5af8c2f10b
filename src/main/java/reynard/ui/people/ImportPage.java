package reynard.ui.people;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;

/// A table of people is brought, and those that were.
public record ImportPage(Frame frame, Form form, List<Row> rows) {
    public ImportPage {
        rows = List.copyOf(rows);
    }

    /// @param standing in a word or two
    public record Row(long id, String name, String lines, String standing, String tone, String at) {}
}
