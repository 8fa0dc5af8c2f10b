package reynard.template.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A part of a template that writes itself.
interface Node {
    /// The next part follows.
    int GO_ON = 0;
    /// The innermost loop ends.
    int BREAK = 1;
    /// The innermost loop goes to its next item.
    int CONTINUE = 2;

    /// Writes this part; the answer is one of the three above.
    int render(Scope scope);

    /// Whether it never writes anything but white space. A block of which this is true drops its white space.
    default boolean blank() {
        return false;
    }

    /// Parts in a row.
    final class Body implements Node {
        private final Node[] nodes;
        private final boolean blank;

        Body(List<Node> nodes) {
            this.nodes = nodes.toArray(Node[]::new);
            this.blank = nodes.stream().allMatch(Node::blank);
        }

        Body withoutText() {
            return new Body(List.of(nodes).stream()
                    .filter(node -> !(node instanceof Text))
                    .toList());
        }

        @Override
        public int render(Scope scope) {
            for (var node : nodes) {
                scope.budget.step();
                int signal = node.render(scope);
                if (signal != GO_ON) {
                    return signal;
                }
            }
            return GO_ON;
        }

        @Override
        public boolean blank() {
            return blank;
        }
    }

    /// The template's own text.
    record Text(String text) implements Node {
        @Override
        public int render(Scope scope) {
            scope.write(text);
            return GO_ON;
        }

        @Override
        public boolean blank() {
            return text.isBlank();
        }
    }

    /// `{{ value }}` and `{% echo value %}`.
    record Output(Expression value, int at) implements Node {
        @Override
        public int render(Scope scope) {
            scope.at = at;
            scope.writeValue(value.value(scope));
            return GO_ON;
        }
    }

    record Assign(String name, Expression value, int at) implements Node {
        @Override
        public int render(Scope scope) {
            scope.at = at;
            scope.budget.step();
            scope.assign(name, value.value(scope));
            return GO_ON;
        }

        @Override
        public boolean blank() {
            return true;
        }
    }

    record Capture(String name, Body body) implements Node {
        @Override
        public int render(Scope scope) {
            var signal = new Scope.Signal();
            var text = scope.capture(body, signal);
            // What was written is escaped where it had to be, so that writing it again must not escape it again.
            scope.assign(name, scope.html ? new Markup(text) : text);
            return signal.code;
        }

        @Override
        public boolean blank() {
            return true;
        }
    }

    /// `increment` shows a counter and raises it; `decrement` lowers it and shows it.
    record Counter(String name, int by) implements Node {
        @Override
        public int render(Scope scope) {
            long before = scope.count(name, by);
            scope.write(Long.toString(by > 0 ? before : before + by));
            return GO_ON;
        }
    }

    /// `cycle`: with a name, turns are counted by the name's value; without, by the source of its items.
    record Cycle(@Nullable Expression group, String source, List<Expression> items, int at) implements Node {
        @Override
        public int render(Scope scope) {
            scope.at = at;
            var key = group == null ? "cycle " + source : "cycle: " + Values.text(group.plain(scope), scope);
            int turn = (int) scope.place(key);
            if (turn < items.size()) {
                scope.writeValue(items.get(turn).value(scope));
            }
            scope.place(key, turn + 1 >= items.size() ? 0 : turn + 1);
            return GO_ON;
        }
    }

    /// `ifchanged`: written only if it differs from what the last one would have written.
    record IfChanged(Body body) implements Node {
        @Override
        public int render(Scope scope) {
            var signal = new Scope.Signal();
            var text = scope.capture(body, signal);
            if (scope.changed(text)) {
                scope.write(text);
            }
            return signal.code;
        }

        @Override
        public boolean blank() {
            return body.blank();
        }
    }

    /// `break` and `continue`.
    record Jump(int signal) implements Node {
        @Override
        public int render(Scope scope) {
            return signal;
        }
    }

    /// `if` and `unless`: the first branch whose condition holds.
    record If(List<Branch> branches, boolean blank) implements Node {
        record Branch(Condition condition, Body body, int at) {}

        @Override
        public int render(Scope scope) {
            for (var branch : branches) {
                scope.at = branch.at;
                if (branch.condition.test(scope)) {
                    return branch.body.render(scope);
                }
            }
            return GO_ON;
        }
    }

    /// `case`: every `when` is written once for each of its values that matches, every `else` if none
    /// matched before it.
    record Case(Expression subject, List<When> whens, boolean blank, int at) implements Node {
        record When(@Nullable List<Expression> values, Body body) {}

        @Override
        public int render(Scope scope) {
            scope.at = at;
            var value = subject.plain(scope);
            boolean matched = false;
            for (var when : whens) {
                int times = when.values == null ? (matched ? 0 : 1) : matches(when.values, value, scope);
                matched |= when.values != null && times > 0;
                for (; times > 0; times--) {
                    int signal = when.body.render(scope);
                    if (signal != GO_ON) {
                        return signal;
                    }
                }
            }
            return GO_ON;
        }

        private static int matches(List<Expression> values, @Nullable Object value, Scope scope) {
            int count = 0;
            for (var candidate : values) {
                scope.budget.step();
                if (Values.equal(value, candidate.plain(scope), scope)) {
                    count++;
                }
            }
            return count;
        }
    }
}
