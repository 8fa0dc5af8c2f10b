package reynard.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
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
