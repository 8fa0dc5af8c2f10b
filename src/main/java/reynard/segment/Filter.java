package reynard.segment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Which subscribers match: those that every group matches; without a group, everybody, whatever their state.
public record Filter(List<Group> groups) {
    public Filter {
        groups = List.copyOf(groups);
    }

    /// @param conditions at least one
    public record Group(Match match, List<Condition> conditions) {
        public Group {
            conditions = List.copyOf(conditions);
            if (conditions.isEmpty()) {
                throw new IllegalArgumentException("a group needs a condition");
            }
        }
    }

    /// How many of its conditions a group wants to be true.
    public enum Match {
        ALL,
        ANY,
        NONE;

        public static final List<String> NAMES =
                Arrays.stream(values()).map(Match::wireName).toList();

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Match> named(String wireName) {
            return Arrays.stream(values())
                    .filter(match -> match.wireName().equals(wireName))
                    .findFirst();
        }
    }

    public Stream<Condition> conditions() {
        return groups.stream().flatMap(group -> group.conditions().stream());
    }
}
