package reynard.template.liquid;

import java.util.List;

/// What `if`, `unless` and `elsif` ask.
interface Condition {
    boolean test(Scope scope);

    record Truth(Expression value) implements Condition {
        @Override
        public boolean test(Scope scope) {
            return Values.truthy(value.value(scope));
        }
    }

    record Not(Condition condition) implements Condition {
        @Override
        public boolean test(Scope scope) {
            return !condition.test(scope);
        }
    }

    enum Operator {
        EQUAL,
        UNEQUAL,
        LESS,
        GREATER,
        AT_MOST,
        AT_LEAST,
        CONTAINS
    }

    record Comparison(Expression left, Operator operator, Expression right) implements Condition {
        @Override
        public boolean test(Scope scope) {
            var a = left.plain(scope);
            var b = right.plain(scope);
            return switch (operator) {
                case EQUAL -> Values.equal(a, b, scope);
                case UNEQUAL -> !Values.equal(a, b, scope);
                case CONTAINS -> Values.contains(a, b, scope);
                case LESS -> Values.ordered(a, b, order -> order < 0);
                case GREATER -> Values.ordered(a, b, order -> order > 0);
                case AT_MOST -> Values.ordered(a, b, order -> order <= 0);
                case AT_LEAST -> Values.ordered(a, b, order -> order >= 0);
            };
        }
    }

    /// Conditions joined by `and` and `or`, read from the right without precedence, as Liquid does: `a and b or c` is
    /// `a and (b or c)`. Joint `i` is true where `and` follows the condition `i`.
    record Chain(List<Condition> conditions, List<Boolean> joints) implements Condition {
        @Override
        public boolean test(Scope scope) {
            for (int i = 0; i < joints.size(); i++) {
                scope.budget.step();
                boolean holds = conditions.get(i).test(scope);
                if (holds != joints.get(i)) {
                    return holds;
                }
            }
            return conditions.get(joints.size()).test(scope);
        }
    }

    Condition ALWAYS = _ -> true;
}
