package reynard.ui.people;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// People, looked up.
///
/// @param form what they are looked up by
/// @param path of this list, for the links to its other pages
/// @param anybody whether the account has anybody at all
public record PeoplePage(
        Frame frame,
        Form form,
        List<Option> states,
        List<Option> tags,
        List<Row> rows,
        String path,
        Optional<String> older,
        Optional<String> newer,
        boolean anybody) {
    public PeoplePage {
        states = List.copyOf(states);
        tags = List.copyOf(tags);
        rows = List.copyOf(rows);
    }

    /// @param since when they came
    public record Row(
            long id, String email, String name, Standing standing, List<String> tags, String since, String exact) {
        public Row {
            tags = List.copyOf(tags);
        }
    }
}
