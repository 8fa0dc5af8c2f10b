package reynard.template.liquid;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Filters on lists. Lists in lists are opened first, and a value that is no list counts as a list of one, except
/// where a filter says otherwise.
final class ListFilters {
    private ListFilters() {}

    static void addTo(Filter.Shelf shelf) {
        shelf.add("size", 0, 0, (in, _, _) -> Values.size(in));
        shelf.add("first", 0, 0, (in, _, _) -> Values.first(in));
        shelf.add("last", 0, 0, (in, _, _) -> Values.last(in));
        shelf.add("join", 0, 1, ListFilters::join);
        shelf.add("concat", 1, 1, ListFilters::concat);
        shelf.add("reverse", 0, 0, (in, _, scope) -> Values.flat(in, scope).reversed());
        shelf.add("compact", 0, 1, (in, args, scope) -> keep(in, item -> property(item, args) != null, scope));
        shelf.add("uniq", 0, 1, ListFilters::unique);
        shelf.add("map", 1, 1, ListFilters::map);
        shelf.add("sum", 0, 1, ListFilters::sum);
        shelf.add("slice", 1, 2, ListFilters::slice);
        shelf.add("sort", 0, 1, ListFilters::sort);
        shelf.add("sort_natural", 0, 1, ListFilters::sortNaturally);
        addSearching(shelf);
    }

    private static String join(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        var glue = args.length == 0 ? " " : Values.text(args[0], scope);
        var out = new StringBuilder();
        var separator = "";
        for (var item : Values.flat(input, scope)) {
            Values.appendChecked(out, separator, scope);
            Values.append(out, item, scope, 0);
            separator = glue;
        }
        scope.budget.text(out.length());
        return out.toString();
    }

    private static List<@Nullable Object> concat(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        if (!(args[0] instanceof List<?> more)) {
            throw new Failure("concat needs a list, not " + Values.kind(args[0]));
        }
        var all = new ArrayList<>(Values.flat(input, scope));
        scope.budget.steps(more.size());
        for (var item : more) {
            all.add(Values.of(item));
        }
        return all;
    }

    private static List<@Nullable Object> keep(
            @Nullable Object input, Function<@Nullable Object, Boolean> wanted, Scope scope) {
        var kept = new ArrayList<@Nullable Object>();
        for (var item : Values.flat(input, scope)) {
            scope.budget.step();
            if (wanted.apply(item)) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static List<@Nullable Object> unique(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        var seen = new HashSet<Object>();
        return keep(input, item -> seen.add(identity(property(item, args), scope)), scope);
    }

    /// Something with `equals` that says what a value is, without asking the data for theirs.
    private static Object identity(@Nullable Object value, Scope scope) {
        record Shown(String text) {}
        return switch (value) {
            case null -> Values.Word.EMPTY;
            case String text -> {
                scope.budget.steps(text.length() >> 10); // A list may name the same long text many times.
                yield text;
            }
            case Map<?, ?> map -> new Shown(Values.text(map, scope));
            default -> Numbers.isNumber(value) ? new Shown(Numbers.text(value)) : value;
        };
    }

    /// The item itself, or its property where the filter was given a name.
    private static @Nullable Object property(@Nullable Object item, @Nullable Object[] args) {
        if (args.length == 0 || args[0] == null) {
            return item;
        }
        if (item == null) {
            return null;
        }
        if (!(item instanceof Map<?, ?> map)) {
            throw cannotSelect(args[0], item);
        }
        return args[0] instanceof String name ? Values.get(map, name) : null;
    }

    private static Failure cannotSelect(@Nullable Object property, Object item) {
        var name = property instanceof String text && text.length() <= 40 ? " `" + text + "`" : "";
        return new Failure("property" + name + " cannot be read from " + Values.kind(item));
    }

    private static List<@Nullable Object> map(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        var mapped = new ArrayList<@Nullable Object>();
        for (var item : Values.flat(input, scope)) {
            if (item != null && !(item instanceof Map)) {
                throw cannotSelect(args[0], item);
            }
            mapped.add(args[0] == null ? null : property(item, args));
        }
        return mapped;
    }

    private static Object sum(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        Object sum = 0L;
        for (var item : Values.flat(input, scope)) {
            sum = Numbers.calculate(Numbers.Operation.PLUS, sum, property(item, args));
        }
        return sum;
    }

    private static Object slice(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        long offset = Numbers.integer(args[0]);
        long length = args.length < 2 || args[1] == null ? 1 : Numbers.integer(args[1]);
        if (input instanceof List<?> list) {
            int from = start(offset, list.size());
            int to = end(from, length, list.size());
            scope.budget.steps(Math.max(0, to - from));
            return from < 0 || to <= from ? List.of() : new ArrayList<>(list.subList(from, to));
        }
        var text = Values.text(input, scope);
        int size = (int) Values.size(text);
        int from = start(offset, size);
        int to = end(from, length, size);
        return from < 0 || to <= from
                ? ""
                : text.substring(text.offsetByCodePoints(0, from), text.offsetByCodePoints(0, to));
    }

    private static int start(long offset, int size) {
        long from = offset < 0 ? offset + size : offset;
        return from > size ? -1 : (int) Math.max(from, -1);
    }

    private static int end(int from, long length, int size) {
        return (int) Math.min(size, (long) from + Math.clamp(length, 0, Integer.MAX_VALUE));
    }

    private static List<@Nullable Object> sort(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        return sorted(input, item -> property(item, args), scope);
    }

    private static List<@Nullable Object> sortNaturally(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        return sorted(
                input,
                item -> {
                    var key = property(item, args);
                    return key == null ? null : Values.text(key, scope).toLowerCase(Locale.ROOT);
                },
                scope);
    }

    /// The items by their keys, those without a key last.
    private static List<@Nullable Object> sorted(
            @Nullable Object input, Function<@Nullable Object, @Nullable Object> keyOf, Scope scope) {
        record Keyed(@Nullable Object key, @Nullable Object item) {}
        var keyed = new ArrayList<Keyed>();
        for (var item : Values.flat(input, scope)) {
            var key = keyOf.apply(item);
            scope.budget.steps(key instanceof String text ? 1 + text.length() / 16 : 1);
            keyed.add(new Keyed(key, item));
        }
        Comparator<Object> byKey = (a, b) -> {
            scope.budget.steps(a instanceof String text ? 1 + text.length() / 1024 : 1);
            return Values.compare(a, b);
        };
        keyed.sort(Comparator.comparing(Keyed::key, Comparator.nullsLast(byKey)));
        var items = new ArrayList<@Nullable Object>(keyed.size());
        keyed.forEach(one -> items.add(one.item()));
        return items;
    }

    // Searching by a property.

    private static void addSearching(Filter.Shelf shelf) {
        shelf.add("where", 1, 2, (in, args, scope) -> matching(in, args, true, scope));
        shelf.add("reject", 1, 2, (in, args, scope) -> matching(in, args, false, scope));
        shelf.add("find", 1, 2, (in, args, scope) -> {
            var items = Values.flat(in, scope);
            int index = indexOf(items, args, scope);
            return index < 0 ? null : items.get(index);
        });
        shelf.add("find_index", 1, 2, (in, args, scope) -> {
            int index = indexOf(Values.flat(in, scope), args, scope);
            return index < 0 ? null : (Long) (long) index;
        });
        shelf.add("has", 1, 2, (in, args, scope) -> {
            int index = indexOf(Values.flat(in, scope), args, scope);
            return index == UNSEARCHABLE ? null : (Boolean) (index >= 0);
        });
    }

    private static final int ABSENT = -1;
    /// A list with an item that has no properties at all, such as nil, gives nothing.
    private static final int UNSEARCHABLE = -2;

    private static @Nullable List<@Nullable Object> matching(
            @Nullable Object input, @Nullable Object[] args, boolean wanted, Scope scope) {
        var kept = new ArrayList<@Nullable Object>();
        for (var item : Values.flat(input, scope)) {
            if (!searchable(item, args[0])) {
                return null;
            }
            if (matches(item, args, scope) == wanted) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static int indexOf(List<@Nullable Object> items, @Nullable Object[] args, Scope scope) {
        for (int i = 0; i < items.size(); i++) {
            if (!searchable(items.get(i), args[0])) {
                return UNSEARCHABLE;
            }
            if (matches(items.get(i), args, scope)) {
                return i;
            }
        }
        return ABSENT;
    }

    private static boolean searchable(@Nullable Object item, @Nullable Object property) {
        return item instanceof Map || Numbers.isNumber(item) || (item instanceof String && property != null);
    }

    private static boolean matches(@Nullable Object item, @Nullable Object[] args, Scope scope) {
        var found = searched(item, args[0], scope);
        boolean anyValue = args.length < 2 || args[1] == null;
        return anyValue ? Values.truthy(found) : Values.equal(found, args[1], scope);
    }

    /// A map's property; a text's part that is the property; a number if it is the property.
    private static @Nullable Object searched(@Nullable Object item, @Nullable Object property, Scope scope) {
        return switch (item) {
            case Map<?, ?> map -> property instanceof String name ? Values.get(map, name) : null;
            case String text -> Values.contains(text, property, scope) ? property : null;
            case null -> null;
            default -> {
                if (!Numbers.isNumber(property)) {
                    throw cannotSelect(property, item);
                }
                yield Values.equal(item, property, scope) ? property : null;
            }
        };
    }
}
