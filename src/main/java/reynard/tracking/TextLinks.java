package reynard.tracking;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Finds the addresses in a plain text and puts others in their place.
final class TextLinks {
    private static final String MARK = "://";
    private static final List<String> SCHEMES = List.of("http", "https");
    /// What mail programs do not take for a part of an address where it ends.
    private static final String ENDINGS = ".,;:!?'*_)]}";

    private TextLinks() {}

    /// @param known the addresses of the HTML part, which say best where one ends, and what stands in their place
    /// @param replacing gets every other; empty: it stays
    static String replaced(String text, Map<String, String> known, Function<String, Optional<String>> replacing) {
        var out = new StringBuilder(text.length() + 256);
        int copied = 0;
        for (int mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark)) {
            int start = start(text, mark);
            int runEnd = runEnd(text, mark + MARK.length());
            if (start < copied || runEnd == mark + MARK.length()) {
                mark += MARK.length();
                continue;
            }
            var run = text.substring(start, runEnd);
            int end = end(run, known);
            var url = run.substring(0, end);
            var other = known.containsKey(url) ? Optional.of(known.get(url)) : replacing.apply(url);
            if (other.isPresent()) {
                out.append(text, copied, start).append(other.get());
                copied = start + end;
            }
            mark = runEnd;
        }
        return out.append(text, copied, text.length()).toString();
    }

    /// Where the scheme begins whose mark stands here; -1: it is none of the web, or the end of a longer word.
    private static int start(String text, int mark) {
        for (var scheme : SCHEMES) {
            int at = mark - scheme.length();
            if (text.regionMatches(true, at, scheme, 0, scheme.length())
                    && (at == 0 || !isOfWord(text.charAt(at - 1)))) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isOfWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    private static int runEnd(String text, int from) {
        int end = from;
        while (end < text.length() && mayBeInside(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean mayBeInside(char c) {
        return switch (c) {
            case ' ', '\t', '\n', '\u000B', '\f', '\r', '<', '>', '"' -> false;
            default -> true;
        };
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
