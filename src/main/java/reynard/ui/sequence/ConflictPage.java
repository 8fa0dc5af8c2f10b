package reynard.ui.sequence;

import java.util.List;
import java.util.Map;
import reynard.ui.Frame;

/// Two people have edited the same email: what each has made of it.
///
/// @param fields of the form that came second, to be sent again
public record ConflictPage(
        Frame frame,
        long sequence,
        long id,
        String subject,
        String basedOn,
        Map<String, List<String>> fields,
        List<Difference> differences) {
    public ConflictPage {
        fields = Map.copyOf(fields);
        differences = List.copyOf(differences);
    }

    /// Something that is not the same in both.
    public record Difference(String label, String theirs, String mine) {}
}
