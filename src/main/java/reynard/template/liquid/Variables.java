package reynard.template.liquid;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/// Which variables a template names, and which of them it set itself before.
final class Variables {
    private final Set<String> named = new LinkedHashSet<>();
    private final Set<String> assigned = new HashSet<>();
    private final Deque<String> loops = new ArrayDeque<>();

    void named(Expression root, String path) {
        if (root instanceof Expression.Name(var name) && !assigned.contains(name) && !loops.contains(name)) {
            named.add(path);
        }
    }

    void assigned(String name) {
        assigned.add(name);
    }

    void loopStarts(String name, String progress) {
        loops.push(name);
        loops.push(progress);
    }

    void loopEnds() {
        loops.pop();
        loops.pop();
    }

    Set<String> all() {
        return Collections.unmodifiableSet(named);
    }
}
