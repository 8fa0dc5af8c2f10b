package reynard.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Which snippets a content names, and whether that leads back to where it began.
final class SnippetReferences {
    private static final Pattern LIQUID = Pattern.compile("\\{\\{.*?\\}\\}|\\{%.*?%\\}", Pattern.DOTALL);
    private static final Pattern REFERENCE =
            Pattern.compile("(?<![\\w.-])snippet\\s*\\.\\s*([a-z0-9]+(?:-[a-z0-9]+)*)");

    private SnippetReferences() {}

    /// The keys that stand in Liquid as `snippet.key`, in the order of their first appearance.
    static Set<String> in(String content) {
        var keys = new LinkedHashSet<String>();
        LIQUID.matcher(content)
                .results()
                .flatMap(tag -> REFERENCE.matcher(tag.group()).results())
                .forEach(reference -> keys.add(reference.group(1)));
        return keys;
    }

    /// The way from a snippet back to itself.
    ///
    /// @param content what the snippet is about to contain
    /// @param contentOf what the account's other snippets contain, by key
    /// @return the keys on the way, the first and the last of them `key`; empty when there is no such way
    static Optional<List<String>> cycle(String key, String content, Function<String, Optional<String>> contentOf) {
        var way = new ArrayList<>(List.of(key));
        return returns(key, content, contentOf, way, new HashSet<>())
                ? Optional.of(List.copyOf(way))
                : Optional.empty();
    }

    /// How deep snippets stand in one another below a content in which none leads back to itself; not counted further
    /// than one beyond what is allowed.
    static int depth(String content, Function<String, Optional<String>> contentOf) {
        return depth(content, contentOf, EmailRenderer.SNIPPET_DEPTH_MAX + 1, new HashMap<>());
    }

    private static int depth(
            String content, Function<String, Optional<String>> contentOf, int left, Map<String, Integer> known) {
        int deepest = 0;
        for (var key : left == 0 ? Set.<String>of() : in(content)) {
            var depth = known.get(key);
            if (depth == null) {
                depth = contentOf
                        .apply(key)
                        .map(inner -> 1 + depth(inner, contentOf, left - 1, known))
                        .orElse(0);
                known.put(key, depth);
            }
            deepest = Math.max(deepest, depth);
        }
        return deepest;
    }

    private static boolean returns(
            String key,
            String content,
            Function<String, Optional<String>> contentOf,
            List<String> way,
            Set<String> seen) {
        for (var next : in(content)) {
            way.add(next);
            if (next.equals(key)
                    || (seen.add(next) && returns(key, contentOf.apply(next).orElse(""), contentOf, way, seen))) {
                return true;
            }
            way.removeLast();
        }
        return false;
    }
}
