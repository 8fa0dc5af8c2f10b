package reynard.broadcast;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import reynard.segment.Filter;

/// Whom a broadcast is for. Only those whom it may be sent to get it, whatever is chosen.
public sealed interface Audience {
    record Everyone() implements Audience {}

    /// Those whom all, any or none of the sources hold.
    ///
    /// @param sources at least one
    record Chosen(Filter.Match match, SortedSet<Source> sources) implements Audience {
        public Chosen {
            sources = Collections.unmodifiableSortedSet(new TreeSet<>(sources));
            if (sources.isEmpty()) {
                throw new IllegalArgumentException("an audience needs a source");
            }
        }
    }

    enum Kind {
        SEGMENT,
        TAG;

        static final List<String> NAMES =
                Arrays.stream(values()).map(Kind::wireName).toList();

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Kind> named(String wireName) {
            return Arrays.stream(values())
                    .filter(kind -> kind.wireName().equals(wireName))
                    .findFirst();
        }
    }

    /// A segment or a tag; sorted by kind, then id.
    record Source(Kind kind, long id) implements Comparable<Source> {
        @Override
        public int compareTo(Source other) {
            int byKind = kind.compareTo(other.kind);
            return byKind != 0 ? byKind : Long.compare(id, other.id);
        }
    }

    default SortedSet<Source> named() {
        return switch (this) {
            case Everyone _ -> Collections.emptySortedSet();
            case Chosen(var _, var sources) -> sources;
        };
    }
}
