package reynard.template.liquid;

import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Filters on numbers and dates, and `default`.
final class ValueFilters {
    private ValueFilters() {}

    static void addTo(Filter.Shelf shelf) {
        shelf.add("abs", 0, 0, (in, _, _) -> Numbers.abs(in));
        shelf.add("ceil", 0, 0, (in, _, _) -> Numbers.round(in, 0, RoundingMode.CEILING));
        shelf.add("floor", 0, 0, (in, _, _) -> Numbers.round(in, 0, RoundingMode.FLOOR));
        shelf.add("round", 0, 1, (in, args, _) -> Numbers.round(in, digits(args), RoundingMode.HALF_UP));
        shelf.add("at_least", 1, 1, (in, args, _) -> furthest(in, args[0], 1));
        shelf.add("at_most", 1, 1, (in, args, _) -> furthest(in, args[0], -1));
        calculation(shelf, "plus", Numbers.Operation.PLUS);
        calculation(shelf, "minus", Numbers.Operation.MINUS);
        calculation(shelf, "times", Numbers.Operation.TIMES);
        calculation(shelf, "divided_by", Numbers.Operation.DIVIDE);
        calculation(shelf, "modulo", Numbers.Operation.MODULO);
        shelf.add("date", 1, 1, (in, args, scope) -> Dates.format(in, Values.text(args[0], scope), scope));
        shelf.addForMarkup("default", 0, 1, ValueFilters::otherwise);
    }

    private static void calculation(Filter.Shelf shelf, String name, Numbers.Operation operation) {
        shelf.add(name, 1, 1, (in, args, _) -> Numbers.calculate(operation, in, args[0]));
    }

    private static long digits(@Nullable Object[] args) {
        return args.length == 0 ? 0 : Numbers.whole(args[0]);
    }

    private static Object furthest(@Nullable Object input, @Nullable Object argument, int direction) {
        var a = Numbers.number(input);
        var b = Numbers.number(argument);
        return Numbers.compare(a, b) * direction >= 0 ? a : b;
    }

    private static @Nullable Object otherwise(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        boolean allowFalse =
                args.length > 0 && args[args.length - 1] instanceof Filter.AllowFalse(boolean allowed) && allowed;
        boolean missing = input == null
                || (Boolean.FALSE.equals(input) && !allowFalse)
                || Values.equal(Values.plain(input), Values.Word.EMPTY, scope);
        if (!missing) {
            return input;
        }
        return args.length == 0 || args[0] instanceof Filter.AllowFalse ? "" : args[0];
    }
}
