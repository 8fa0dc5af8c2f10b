package reynard.ui.people;

import java.util.List;
import java.util.Map;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// What is to happen to many people.
///
/// @param who in words
/// @param hidden the fields that say who, as the next form sends them on
/// @param back to the list that they were found in
/// @param going sequences that can be joined
public record ChangePage(
        Frame frame,
        Form form,
        String who,
        Map<String, List<String>> hidden,
        String back,
        List<Option> tags,
        List<Option> going,
        List<Option> sequences) {
    public ChangePage {
        hidden = Map.copyOf(hidden);
        tags = List.copyOf(tags);
        going = List.copyOf(going);
        sequences = List.copyOf(sequences);
    }
}
