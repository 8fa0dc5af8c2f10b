package reynard.template.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that has a value while rendering. Values are those of [Values#of].
interface Expression {
    /// The value; text that needs no escaping comes as [Markup].
    @Nullable
    Object value(Scope scope);

    /// The value as everything but output sees it: markup is text.
    default @Nullable Object plain(Scope scope) {
        return Values.plain(value(scope));
    }

    /// Written in the template.
    record Literal(@Nullable Object constant) implements Expression {
        @Override
        public @Nullable Object value(Scope scope) {
            return constant;
        }
    }

    /// A variable without dots.
    record Name(String name) implements Expression {
        @Override
        public @Nullable Object value(Scope scope) {
            return scope.lookup(name);
        }
    }

    /// A variable and the way into it; a step is a `String` after a dot, or an `Expression` in brackets.
    record Path(Expression root, List<Object> steps) implements Expression {
        @Override
        public @Nullable Object value(Scope scope) {
            var value = root.value(scope);
            for (int i = 0; i < steps.size() && value != null; i++) {
                var step = steps.get(i);
                value = step instanceof Expression index
                        ? Values.at(value, index.plain(scope))
                        : Values.property(value, (String) step);
            }
            return value;
        }
    }

    /// `[name]`: the variable whose name is a value.
    record Named(Expression name) implements Expression {
        @Override
        public @Nullable Object value(Scope scope) {
            return name.plain(scope) instanceof String text ? scope.lookup(text) : null;
        }
    }

    /// `(from..to)`.
    record Between(Expression from, Expression to) implements Expression {
        @Override
        public @Nullable Object value(Scope scope) {
            return new Range(Numbers.whole(from.plain(scope)), Numbers.whole(to.plain(scope)));
        }
    }

    /// A filter, its arguments and its place.
    record Call(
            Filter filter,
            List<Expression> arguments,
            @Nullable Expression allowFalse,
            int at) {}

    /// `value | filter: argument | …`.
    record Filtered(Expression input, List<Call> calls) implements Expression {
        @Override
        public @Nullable Object value(Scope scope) {
            var value = input.value(scope);
            boolean wasMarkup = false;
            for (var call : calls) {
                if (value instanceof Markup markup && !call.filter.seesMarkup()) {
                    value = markup.html();
                    wasMarkup = true;
                }
                scope.at = call.at;
                scope.budget.step();
                pay(value, scope);
                value = call.filter.work().apply(value, arguments(call, scope), scope);
            }
            // What went in was safe; a filter may have cut an entity or joined something unsafe to it.
            return wasMarkup && scope.html && value instanceof String text
                    ? new Markup(Html.escapeOnce(text, scope.budget))
                    : value;
        }

        private static @Nullable Object[] arguments(Call call, Scope scope) {
            var arguments = new @Nullable Object[call.arguments.size() + (call.allowFalse == null ? 0 : 1)];
            for (int i = 0; i < call.arguments.size(); i++) {
                var argument = call.arguments.get(i);
                arguments[i] = call.filter.seesMarkup() ? argument.value(scope) : argument.plain(scope);
            }
            if (call.allowFalse != null) {
                arguments[call.arguments.size()] = new Filter.AllowFalse(Values.truthy(call.allowFalse.plain(scope)));
            }
            scope.at = call.at;
            return arguments;
        }

        private static void pay(@Nullable Object value, Scope scope) {
            if (value instanceof String text && text.length() > 16) {
                scope.budget.text(text.length());
            }
        }
    }
}
