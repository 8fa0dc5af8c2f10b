package reynard.identity;

import java.time.Duration;
import java.util.List;

/// What DNS says. Names are without the dot at their end.
public interface Dns {
    sealed interface Answer {
        /// At least one.
        record Found(List<String> values, Duration ttl) implements Answer {
            public Found {
                values = List.copyOf(values);
            }

            public Found(List<String> values) {
                this(values, Duration.ZERO);
            }
        }

        /// No such name, or none of this type.
        record None(Duration ttl) implements Answer {
            public None() {
                this(Duration.ZERO);
            }
        }

        /// Nobody knows.
        record Failed(String cause) implements Answer {
            @Override
            public Duration ttl() {
                return Duration.ZERO;
            }
        }

        /// How long it may be remembered.
        Duration ttl();

        default List<String> values() {
            return this instanceof Found found ? found.values() : List.of();
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
