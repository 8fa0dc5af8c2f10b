package reynard.ui.audience;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// A segment and how it is put together.
///
/// @param id 0: it is new
/// @param focus the part that has just been added; empty when none was
/// @param choices what a condition can be about
/// @param address of this page
/// @param found whether it is known who matches
/// @param foundAt when that was looked up
/// @param people who match, of a saved segment
public record SegmentPage(
        Frame frame,
        long id,
        String action,
        Form form,
        List<Group> groups,
        Count count,
        String focus,
        Choices choices,
        String address,
        boolean found,
        String foundAt,
        List<Person> people,
        Optional<String> older,
        Optional<String> newer) {
    public SegmentPage {
        groups = List.copyOf(groups);
        people = List.copyOf(people);
    }

    /// How many match.
    ///
    /// @param people in words; empty when the question is not complete
    /// @param at when they were counted; empty while they are
    public record Count(String people, String at) {
        static final Count NONE = new Count("", "");
        static final Count UNDER_WAY = new Count("Counting…", "");

        public boolean isUnderWay() {
            return equals(UNDER_WAY);
        }
    }

    /// @param name how its fields begin
    public record Group(String name, List<Row> rows) {
        public Group {
            rows = List.copyOf(rows);
        }
    }

    /// One condition.
    ///
    /// @param raw what it says where it can only be kept as it is; else empty
    public record Row(String name, String type, String label, String raw) {}

    /// @param types of conditions
    public record Choices(
            List<Option> types,
            List<Option> tags,
            List<Option> forms,
            List<Option> sequences,
            List<Option> fields,
            List<Option> comparisons,
            List<Option> states) {
        public Choices {
            types = List.copyOf(types);
            tags = List.copyOf(tags);
            forms = List.copyOf(forms);
            sequences = List.copyOf(sequences);
            fields = List.copyOf(fields);
            comparisons = List.copyOf(comparisons);
            states = List.copyOf(states);
        }
    }

    public record Person(long id, String email, String name) {}
}
