package reynard.ui.people;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// What the columns of a table are about, and what would come of it.
///
/// @param meanings that a column may have
/// @param tags to choose a name from
/// @param trial what trying has shown, once it was tried
public record ColumnsPage(
        Frame frame,
        Form form,
        long id,
        String name,
        String lines,
        List<Column> columns,
        List<Option> meanings,
        List<String> tags,
        List<Option> sequences,
        Optional<Trial> trial) {
    public ColumnsPage {
        columns = List.copyOf(columns);
        meanings = List.copyOf(meanings);
        tags = List.copyOf(tags);
        sequences = List.copyOf(sequences);
    }

    /// @param samples what stands in it first
    public record Column(String field, String header, List<String> samples) {
        public Column {
            samples = List.copyOf(samples);
        }
    }

    /// @param good how many can be added
    /// @param sentences what else is to be known
    /// @param more how many lines cannot be done beside those that are shown
    public record Trial(String good, boolean any, List<String> sentences, List<Fault> faults, String more) {
        public Trial {
            sentences = List.copyOf(sentences);
            faults = List.copyOf(faults);
        }
    }

    public record Fault(String line, String address, String sentence) {}
}
