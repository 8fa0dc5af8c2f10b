package reynard.sequence;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Who does not get a sequence's emails: all who have this tag, are or were in this sequence, are in this form or match
/// this segment, judged whenever an email is due.
public record Exclusion(Source source, long id) implements Comparable<Exclusion> {
    private static final Comparator<Exclusion> ORDER = Comparator.comparing(
                    (Exclusion exclusion) -> exclusion.source().wireName())
            .thenComparingLong(Exclusion::id);

    public enum Source {
        FORM,
        SEGMENT,
        SEQUENCE,
        TAG;

        public static final List<String> NAMES = List.of("tag", "sequence", "form", "segment");

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Source> named(String wireName) {
            return Arrays.stream(values())
                    .filter(source -> source.wireName().equals(wireName))
                    .findFirst();
        }
    }

    @Override
    public int compareTo(Exclusion other) {
        return ORDER.compare(this, other);
    }
}
