package reynard.template.liquid;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What Liquid's values are and how they behave: nil (`null`), `String`, `Boolean`, the numbers of [Numbers], `List`,
/// `Map`, [Range], `Instant`, `LocalDate`, `ZonedDateTime`, [Markup], a running loop, and the two words of [Word].
final class Values {
    private static final int DEPTH_MAX = 100;

    private Values() {}

    /// `empty` and `blank`: equal to values that are so, and nothing otherwise.
    enum Word {
        EMPTY,
        BLANK
    }

    /// A piece of data as a Liquid value; whatever is not data is nil.
    static @Nullable Object of(@Nullable Object data) {
        return switch (data) {
            case null -> null;
            case String text -> text;
            case Boolean truth -> truth;
            case Number number -> Numbers.of(number);
            case Map<?, ?> map -> map;
            case List<?> list -> list;
            case Instant instant -> instant;
            case LocalDate date -> date;
            case ZonedDateTime time -> time;
            case Markup markup -> markup;
            case Word word -> word;
            case Loop.Frame loop -> loop;
            default -> null;
        };
    }

    static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Markup(String html) ? html : value;
    }

    static boolean truthy(@Nullable Object value) {
        return value != null && !Boolean.FALSE.equals(value);
    }

    // The way into a value.

    static @Nullable Object property(Object value, String name) {
        return switch (value) {
            case Map<?, ?> map -> mapProperty(map, name);
            case List<?> list ->
                switch (name) {
                    case "size" -> size(list);
                    case "first" -> first(list);
                    case "last" -> last(list);
                    default -> null;
                };
            case String text -> textProperty(text, name);
            case Markup(String html) -> textProperty(html, name);
            case Loop.Frame loop -> loop.property(name);
            default -> null;
        };
    }

    private static @Nullable Object mapProperty(Map<?, ?> map, String name) {
        var found = get(map, name);
        if (found != null) {
            return found;
        }
        return switch (name) {
            case "size" -> has(map, name) ? null : (Object) (long) map.size();
            case "first" -> has(map, name) ? null : first(map);
            default -> null;
        };
    }

    private static @Nullable Object textProperty(String text, String name) {
        return switch (name) {
            case "size" -> size(text);
            case "first" -> first(text);
            case "last" -> last(text);
            default -> null;
        };
    }

    static @Nullable Object at(Object value, @Nullable Object index) {
        return switch (index) {
            case String name -> property(value, name);
            case Long position
            when value instanceof List<?> list -> {
                long i = position < 0 ? position + list.size() : position;
                yield i >= 0 && i < list.size() ? of(list.get((int) i)) : null;
            }
            case null, default -> null;
        };
    }

    static @Nullable Object get(Map<?, ?> map, String key) {
        try {
            return of(map.get(key));
        } catch (ClassCastException otherKeys) {
            return null; // A sorted map of numbers cannot be asked for a name.
        }
    }

    private static boolean has(Map<?, ?> map, String key) {
        try {
            return map.containsKey(key);
        } catch (ClassCastException otherKeys) {
            return false;
        }
    }

    static long size(@Nullable Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case null, default -> 0;
        };
    }

    static @Nullable Object first(@Nullable Object value) {
        return switch (value) {
            case String text -> text.isEmpty() ? "" : text.substring(0, text.offsetByCodePoints(0, 1));
            case List<?> list -> list.isEmpty() ? null : of(list.getFirst());
            case Map<?, ?> map ->
                map.isEmpty() ? null : pair(map.entrySet().iterator().next());
            case null, default -> null;
        };
    }

    static @Nullable Object last(@Nullable Object value) {
        return switch (value) {
            case String text -> text.isEmpty() ? "" : text.substring(text.offsetByCodePoints(text.length(), -1));
            case List<?> list -> list.isEmpty() ? null : of(list.getLast());
            case null, default -> null;
        };
    }

    /// What a loop walks through: a list, the pairs of a map, or a text as its only item.
    static List<?> items(@Nullable Object value, Scope scope) {
        return switch (value) {
            case List<?> list -> list;
            case Map<?, ?> map -> {
                scope.budget.steps(map.size());
                yield map.entrySet().stream().map(Values::pair).toList();
            }
            case String text when !text.isEmpty() -> List.of(text);
            case null, default -> List.of();
        };
    }

    private static List<@Nullable Object> pair(Map.Entry<?, ?> entry) {
        return Arrays.asList(of(entry.getKey()), of(entry.getValue()));
    }

    // Comparing.

    static boolean equal(@Nullable Object a, @Nullable Object b, Scope scope) {
        return equal(a, b, scope, 0);
    }

    private static boolean equal(@Nullable Object a, @Nullable Object b, Scope scope, int depth) {
        if (a instanceof Word word) {
            return is(word, b);
        }
        if (b instanceof Word word) {
            return is(word, a);
        }
        if (a == null || b == null) {
            return a == null && b == null;
        }
        if (a instanceof String text && b instanceof String other) {
            if (text.length() > 16 && text.length() == other.length()) {
                scope.budget.steps(text.length() >> 4);
            }
            return text.equals(other);
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.compare(a, b) == 0;
        }
        if (a instanceof Range range && b instanceof Range other) {
            return range.from == other.from && range.to == other.to;
        }
        if (a instanceof List<?> list && b instanceof List<?> other) {
            return equalLists(list, other, scope, deeper(depth));
        }
        if (a instanceof Map<?, ?> map && b instanceof Map<?, ?> other) {
            return equalMaps(map, other, scope, deeper(depth));
        }
        return a.equals(b);
    }

    private static boolean equalLists(List<?> a, List<?> b, Scope scope, int depth) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            scope.budget.step();
            if (!equal(of(a.get(i)), of(b.get(i)), scope, depth)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b, Scope scope, int depth) {
        if (a.size() != b.size()) {
            return false;
        }
        for (var entry : a.entrySet()) {
            scope.budget.step();
            if (!(entry.getKey() instanceof String key)
                    || !has(b, key)
                    || !equal(of(entry.getValue()), get(b, key), scope, depth)) {
                return false;
            }
        }
        return true;
    }

    static int deeper(int depth) {
        if (depth >= DEPTH_MAX) {
            throw new Failure("data are nested deeper than " + DEPTH_MAX);
        }
        return depth + 1;
    }

    private static boolean is(Word word, @Nullable Object value) {
        return switch (value) {
            case Word other -> word == other;
            case String text -> word == Word.EMPTY ? text.isEmpty() : text.isBlank();
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case Boolean truth -> word == Word.BLANK && !truth;
            case null -> word == Word.BLANK;
            default -> false;
        };
    }

    /// Whether the order of two values is as wanted; nil, `empty` and `blank` have none.
    static boolean ordered(@Nullable Object a, @Nullable Object b, IntPredicate wanted) {
        return a != null && b != null && !(a instanceof Word) && !(b instanceof Word) && wanted.test(compare(a, b));
    }

    static int compare(Object a, Object b) {
        if (a instanceof String text && b instanceof String other) {
            return text.compareTo(other);
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.compare(a, b);
        }
        if (a instanceof Instant time && b instanceof Instant other) {
            return time.compareTo(other);
        }
        if (a instanceof LocalDate date && b instanceof LocalDate other) {
            return date.compareTo(other);
        }
        if (a instanceof ZonedDateTime time && b instanceof ZonedDateTime other) {
            return time.toInstant().compareTo(other.toInstant());
        }
        throw new Failure(kind(a) + " cannot be compared with " + kind(b));
    }

    static boolean contains(@Nullable Object whole, @Nullable Object part, Scope scope) {
        if (!truthy(part) || whole == null) {
            return false;
        }
        return switch (whole) {
            case String text -> {
                scope.budget.steps(text.length() >> 4);
                yield new Search(text(part, scope), scope).in(text, 0) >= 0;
            }
            case Map<?, ?> map -> part instanceof String key && has(map, key);
            case Range range -> part instanceof Long number && number >= range.from && number <= range.to;
            case List<?> list -> {
                for (var item : list) {
                    scope.budget.step();
                    if (equal(of(item), part, scope)) {
                        yield true;
                    }
                }
                yield false;
            }
            default -> false;
        };
    }

    /// A value's kind in the words of a person, for errors.
    static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case String _, Markup _ -> "text";
            case Boolean _ -> "true or false";
            case Long _, BigInteger _, BigDecimal _ -> "a number";
            case List<?> _ -> "a list";
            case Map<?, ?> _ -> "a map";
            case Word word -> word == Word.EMPTY ? "empty" : "blank";
            case Loop.Frame _ -> "a loop";
            default -> "a date";
        };
    }

    // Text.

    static String text(@Nullable Object value, Scope scope) {
        return switch (value) {
            case null -> "";
            case String text -> text;
            case Long number -> number.toString();
            case List<?> _, Map<?, ?> _ -> {
                var out = new StringBuilder();
                append(out, value, scope, 0);
                scope.budget.text(out.length());
                yield out.toString();
            }
            default -> atom(value, scope);
        };
    }

    private static String atom(Object value, Scope scope) {
        return switch (value) {
            case String text -> text;
            case Markup(String html) -> html;
            case Boolean truth -> truth.toString();
            case Long _, BigInteger _, BigDecimal _ -> Numbers.text(value);
            case LocalDate date -> date.toString();
            case Instant instant -> Dates.text(instant.atZone(scope.zone()));
            case ZonedDateTime time -> Dates.text(time);
            default -> "";
        };
    }

    /// Appends a value's text; the elements of a list follow one another, a map shows its keys.
    static void append(StringBuilder out, @Nullable Object value, Scope scope, int depth) {
        scope.budget.step();
        switch (value) {
            case null -> {}
            case Range range -> out.append(range);
            case List<?> list -> {
                for (var item : list) {
                    append(out, of(item), scope, deeper(depth));
                }
            }
            case Map<?, ?> map -> inspect(out, map, scope, deeper(depth));
            default -> appendChecked(out, atom(value, scope), scope);
        }
    }

    private static void inspect(StringBuilder out, @Nullable Object value, Scope scope, int depth) {
        scope.budget.step();
        switch (value) {
            case null -> out.append("nil");
            case String text -> {
                out.append('"');
                appendChecked(out, text, scope);
                out.append('"');
            }
            case Range range -> out.append(range);
            case List<?> list -> {
                out.append('[');
                var separator = "";
                for (var item : list) {
                    out.append(separator);
                    inspect(out, of(item), scope, deeper(depth));
                    separator = ", ";
                }
                out.append(']');
            }
            case Map<?, ?> map -> {
                out.append('{');
                var separator = "";
                for (var entry : map.entrySet()) {
                    out.append(separator);
                    inspect(out, of(entry.getKey()), scope, deeper(depth));
                    out.append("=>");
                    inspect(out, of(entry.getValue()), scope, deeper(depth));
                    separator = ", ";
                }
                out.append('}');
            }
            default -> appendChecked(out, atom(value, scope), scope);
        }
    }

    /// Appends within the longest text: a list may name the same long text many times.
    static void appendChecked(StringBuilder out, String text, Scope scope) {
        if ((long) out.length() + text.length() > scope.budget.textCharsMax()) {
            scope.budget.text((long) out.length() + text.length());
        }
        out.append(text);
    }

    /// A value as one flat list: lists in lists are opened, anything else is a list of one, nil is no item.
    static List<@Nullable Object> flat(@Nullable Object value, Scope scope) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof Range range) {
            scope.budget.steps(range.size());
            return new ArrayList<>(range);
        }
        var flat = new ArrayList<@Nullable Object>();
        flatten(value, flat, scope, 0);
        return flat;
    }

    private static void flatten(@Nullable Object value, List<@Nullable Object> into, Scope scope, int depth) {
        if (value instanceof List<?> list) {
            for (var item : list) {
                flatten(of(item), into, scope, deeper(depth));
            }
        } else {
            scope.budget.step();
            into.add(value);
        }
    }
}
