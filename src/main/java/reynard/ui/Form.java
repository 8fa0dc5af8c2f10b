package reynard.ui;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A form as it is shown: what stands in its fields, and what is wrong beside each.
///
/// Threads: one.
public final class Form {
    private final Map<String, List<String>> values;
    private final Map<String, List<String>> faults = new LinkedHashMap<>();
    private final List<String> others = new ArrayList<>();

    private Form(Map<String, List<String>> values) {
        this.values = values;
    }

    /// As it was sent.
    public static Form sent(Map<String, List<String>> values) {
        return new Form(values);
    }

    /// As it is first shown.
    public static Form filled(Map<String, ?> values) {
        var texts = new LinkedHashMap<String, List<String>>();
        values.forEach((name, value) -> {
            if (value instanceof List<?> list) {
                texts.put(name, list.stream().map(String::valueOf).toList());
            } else {
                texts.put(name, List.of(String.valueOf(value)));
            }
        });
        return new Form(texts);
    }

    public static Form empty() {
        return new Form(Map.of());
    }

    /// Empty when it was not sent.
    public String value(String name) {
        var found = values.getOrDefault(name, List.of());
        return found.isEmpty() ? "" : found.getFirst();
    }

    public List<String> values(String name) {
        return values.getOrDefault(name, List.of());
    }

    public boolean has(String name, String value) {
        return values(name).contains(value);
    }

    /// Whether a box was ticked.
    public boolean isOn(String name) {
        return values.containsKey(name);
    }

    /// Every field as it was sent, to be sent again.
    public Map<String, List<String>> all() {
        return values;
    }

    public void fault(String field, String sentence) {
        faults.computeIfAbsent(field, _ -> new ArrayList<>()).add(sentence);
    }

    /// The faults of the API, each of which begins with the name of what it is about.
    ///
    /// @param fields those that this form has; a fault of another is said above it
    public void refuse(List<String> sentences, Set<String> fields) {
        for (var sentence : sentences) {
            int space = sentence.indexOf(' ');
            var field = space < 0 ? "" : sentence.substring(0, space);
            if (fields.contains(field)) {
                fault(field, Words.capital(sentence.substring(space + 1)) + ".");
            } else {
                others.add(Words.capital(sentence) + ".");
            }
        }
    }

    public boolean hasFaults() {
        return !faults.isEmpty() || !others.isEmpty();
    }

    /// Empty when nothing is wrong with the field.
    public String fault(String field) {
        return String.join(" ", faults.getOrDefault(field, List.of()));
    }

    /// What is wrong with the form as a whole.
    public List<String> others() {
        return List.copyOf(others);
    }
}
