package reynard.identity;

import java.util.List;

/// What DNS says. Names are without the dot at their end.
public interface Dns {
    sealed interface Answer {
        /// At least one.
        record Found(List<String> values) implements Answer {
            public Found {
                values = List.copyOf(values);
            }
        }

        /// No such name, or none of this type.
        record None() implements Answer {}

        /// Nobody knows.
        record Failed(String cause) implements Answer {}

        default List<String> values() {
            return this instanceof Found(var values) ? values : List.of();
        }
    }

    /// The strings of each record joined.
    Answer txt(String name);

    /// `10 mx.example.com`, by preference; `0 .` for the one that says that no mail is taken.
    Answer mx(String name);

    /// IPv4 and IPv6.
    Answer addresses(String name);

    /// The names of an address.
    Answer reverse(String address);
}
