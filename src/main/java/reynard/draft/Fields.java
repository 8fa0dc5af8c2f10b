package reynard.draft;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What stood in a form, by the names of its fields.
///
/// @param number of a version, from 1; 0 for what is not saved
/// @param author the address of who typed it
public record Fields(int number, String author, Map<String, List<String>> values, Instant at) {
    public Fields {
        values = Map.copyOf(values);
    }
}
