package reynard.tracking;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Finds the addresses in a plain text and puts others in their place.
final class TextLinks {
    private static final Pattern ADDRESS = Pattern.compile("(?i)\\bhttps?://[^\\s<>\"]+");
    /// What mail programs do not take for a part of an address where it ends.
    private static final String ENDINGS = ".,;:!?'*_)]}";

    private TextLinks() {}

    /// @param known the addresses of the HTML part, which say best where one ends, and what stands in their place
    /// @param replacing gets every other; empty: it stays
    static String replaced(String text, Map<String, String> known, Function<String, Optional<String>> replacing) {
        var out = new StringBuilder(text.length() + 256);
        var found = ADDRESS.matcher(text);
        int copied = 0;
        while (found.find()) {
            int end = end(found.group(), known);
            var url = found.group().substring(0, end);
            var other = known.containsKey(url) ? Optional.of(known.get(url)) : replacing.apply(url);
            if (other.isPresent()) {
                out.append(text, copied, found.start()).append(other.get());
                copied = found.start() + end;
            }
        }
        return out.append(text, copied, text.length()).toString();
    }

    private static int end(String run, Map<String, String> known) {
        int end = run.length();
        while (end > 0 && !known.containsKey(run.substring(0, end)) && ENDINGS.indexOf(run.charAt(end - 1)) >= 0) {
            end--;
        }
        return known.containsKey(run.substring(0, end)) ? end : sensibleEnd(run);
    }

    /// Brackets that were opened inside belong to the address.
    private static int sensibleEnd(String run) {
        int end = run.length();
        while (end > 0 && ENDINGS.indexOf(run.charAt(end - 1)) >= 0) {
            if (run.charAt(end - 1) == ')' && isBalanced(run.substring(0, end))) {
                break;
            }
            end--;
        }
        return end;
    }

    private static boolean isBalanced(String text) {
        return text.chars().filter(c -> c == '(').count()
                >= text.chars().filter(c -> c == ')').count();
    }
}
