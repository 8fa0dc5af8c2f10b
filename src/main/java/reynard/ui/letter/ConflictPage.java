package reynard.ui.letter;

import java.util.List;
import java.util.Map;
import reynard.ui.Frame;

/// Two people have edited the same email: what each has made of it.
///
/// @param noun what it is, such as `email`
/// @param address of its page
/// @param basedOn names what they have saved
/// @param fields of the form that came second, to be sent again
public record ConflictPage(
        Frame frame,
        String noun,
        String address,
        String subject,
        String basedOn,
        Map<String, List<String>> fields,
        List<Difference> differences) {
    public ConflictPage {
        fields = Map.copyOf(fields);
        differences = differences.stream().filter(Difference::isOne).toList();
    }

    /// Something that may not be the same in both.
    public record Difference(String label, String theirs, String mine) {
        public Difference {
            theirs = theirs.replace("\r\n", "\n");
            mine = mine.replace("\r\n", "\n");
        }

        private boolean isOne() {
            return !theirs.equals(mine);
        }
    }
}
