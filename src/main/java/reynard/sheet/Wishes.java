package reynard.sheet;

import java.util.List;
import java.util.Optional;
import reynard.id.SequenceId;

/// What is to be done with a table.
///
/// @param columns what each is about
/// @param tag the name of one that everybody gets
/// @param sequence that everybody is added to
public record Wishes(List<Meaning> columns, Optional<String> tag, Optional<SequenceId> sequence) {
    public Wishes {
        columns = List.copyOf(columns);
    }

    /// @return -1 when no column is about that
    int column(Class<? extends Meaning> meaning) {
        for (int column = 0; column < columns.size(); column++) {
            if (meaning.isInstance(columns.get(column))) {
                return column;
            }
        }
        return -1;
    }

    public boolean namesAddress() {
        return columns.stream().filter(Meaning.Address.class::isInstance).count() == 1;
    }
}
