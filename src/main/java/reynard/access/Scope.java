package reynard.access;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// How far a token reaches. Kit's documents know `public`, which is everything, and `read` and `write`.
public record Scope(Set<String> names) {
    private static final Set<String> KNOWN = Set.of("public", "read", "write");

    public static final Scope PUBLIC = new Scope(Set.of("public"));

    public Scope {
        if (names.isEmpty() || !KNOWN.containsAll(names)) {
            throw new IllegalArgumentException("no scope: " + names);
        }
        names = Set.copyOf(names);
    }

    /// Names with spaces between them; none is `public`. Empty when one of them is unknown.
    public static Optional<Scope> parse(String text) {
        var names = new LinkedHashSet<>(Arrays.asList(text.strip().split("\\s+")));
        names.remove("");
        if (names.isEmpty()) {
            return Optional.of(PUBLIC);
        }
        return KNOWN.containsAll(names) ? Optional.of(new Scope(names)) : Optional.empty();
    }

    public boolean mayWrite() {
        return names.contains("public") || names.contains("write");
    }

    /// Whether whoever has this one may have the other.
    public boolean covers(Scope other) {
        return names.contains("public") || names.containsAll(other.names);
    }

    /// As requests and answers write it.
    public String text() {
        return String.join(" ", names.stream().sorted().toList());
    }
}
