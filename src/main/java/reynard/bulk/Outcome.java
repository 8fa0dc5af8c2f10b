package reynard.bulk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What came of some items, as the answer tells it.
///
/// @param results plain values, in the order of Kit's examples
/// @param created how many people are new; counted for tables only
record Outcome(List<Map<String, @Nullable Object>> results, List<Failure> failures, int created) {
    Outcome {
        results = List.copyOf(results);
        failures = List.copyOf(failures);
    }

    Outcome(List<Map<String, @Nullable Object>> results, List<Failure> failures) {
        this(results, failures, 0);
    }

    /// An item that could not be done.
    ///
    /// @param errors in Kit's words
    record Failure(Item item, List<String> errors) {
        Failure {
            errors = List.copyOf(errors);
        }

        Map<String, Object> json(BulkOperation operation) {
            var json = new LinkedHashMap<String, Object>();
            json.put("errors", errors);
            json.put(operation.echo(), item);
            return json;
        }
    }

    /// Gathers, in the order of the items.
    static final class Gathering {
        private final List<Map<String, @Nullable Object>> results = new ArrayList<>();
        private final List<Failure> failures = new ArrayList<>();

        void done(Map<String, @Nullable Object> result) {
            results.add(result);
        }

        void failed(Item item, List<String> errors) {
            failures.add(new Failure(item, errors));
        }

        Outcome outcome() {
            return new Outcome(results, failures);
        }
    }
}
