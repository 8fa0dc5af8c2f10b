package reynard.ui.people;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// People, looked up.
///
/// @param form what they are looked up by
/// @param search what they are looked up by, where it is not empty
/// @param path of this list, for the links to its other pages
/// @param found how many there are, in words; empty when nobody is
/// @param anybody whether the account has anybody at all
public record PeoplePage(
        Frame frame,
        Form form,
        List<Option> states,
        List<Option> tags,
        List<Row> rows,
        String path,
        String exportPath,
        Map<String, String> search,
        String found,
        Optional<String> older,
        Optional<String> newer,
        boolean anybody) {
    public PeoplePage {
        states = List.copyOf(states);
        tags = List.copyOf(tags);
        rows = List.copyOf(rows);
        search = new LinkedHashMap<>(search);
    }

    /// @param since when they came
    public record Row(
            long id, String email, String name, Standing standing, List<String> tags, String since, String exact) {
        public Row {
            tags = List.copyOf(tags);
        }
    }
}
