package reynard.template.liquid;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands after `|`.
///
/// @param seesMarkup whether [Markup] comes in as it is instead of as its text
record Filter(String name, int argumentsMin, int argumentsMax, boolean seesMarkup, Work work) {
    static final Map<String, Filter> ALL = all();

    /// A filter's work. There are never more or fewer arguments than the filter allows.
    interface Work {
        @Nullable
        Object apply(@Nullable Object input, @Nullable Object[] arguments, Scope scope);
    }

    String argumentsAllowed() {
        if (argumentsMax == 0) {
            return "no argument";
        }
        var count = argumentsMin == argumentsMax ? "" + argumentsMin : argumentsMin + " to " + argumentsMax;
        return count + (argumentsMax == 1 ? " argument" : " arguments");
    }

    /// The argument `allow_false: …` of `default`, always the last.
    record AllowFalse(boolean allowed) {}

    /// Collects filters by name.
    static final class Shelf {
        private final Map<String, Filter> filters = new HashMap<>();

        void add(String name, int argumentsMin, int argumentsMax, Work work) {
            filters.put(name, new Filter(name, argumentsMin, argumentsMax, false, work));
        }

        void addForMarkup(String name, int argumentsMin, int argumentsMax, Work work) {
            filters.put(name, new Filter(name, argumentsMin, argumentsMax, true, work));
        }
    }

    private static Map<String, Filter> all() {
        var shelf = new Shelf();
        TextFilters.addTo(shelf);
        ListFilters.addTo(shelf);
        ValueFilters.addTo(shelf);
        return Map.copyOf(shelf.filters);
    }
}
