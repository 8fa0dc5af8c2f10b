package reynard.template.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `for` and `tablerow` share: which items, and how far the loop is. The title is the loop's name and the source
/// of
/// its items; a loop with `offset: continue` goes on where the last one of that title ended.
record Loop(
        String name,
        String title,
        Expression items,
        @Nullable Expression limit,
        @Nullable Expression offset,
        boolean resumes,
        boolean reversed,
        int at) {

    /// The items between offset and limit, in their own order.
    List<?> select(Scope scope) {
        scope.at = at;
        var all = Values.items(items.plain(scope), scope);
        long from = resumes ? scope.place(title) : bound(offset, 0, scope);
        long to = Math.min(all.size(), from + bound(limit, Integer.MAX_VALUE, scope));
        from = Math.min(from, all.size());
        scope.place(title, to);
        return all.subList((int) from, (int) Math.max(from, to));
    }

    private static long bound(@Nullable Expression expression, long otherwise, Scope scope) {
        var value = expression == null ? null : expression.plain(scope);
        return value == null ? otherwise : Math.clamp(Numbers.integer(value), 0, Integer.MAX_VALUE);
    }

    /// A running loop: its item by the loop's name, itself by `forloop` or `tablerowloop`.
    static final class Frame {
        final String name;
        final String progressName;
        final @Nullable Frame outer;
        final int length;
        final int columns;
        private final String title;
        int index;

        @Nullable
        Object item;

        Frame(Loop loop, String progressName, @Nullable Frame outer, int length, int columns) {
            this.name = loop.name;
            this.title = loop.title;
            this.progressName = progressName;
            this.outer = outer;
            this.length = length;
            this.columns = columns;
        }

        boolean isLast() {
            return index == length - 1;
        }

        boolean endsRow() {
            return (index + 1) % columns == 0;
        }

        @Nullable
        Object property(String property) {
            return switch (property) {
                case "index" -> index + 1L;
                case "index0" -> (long) index;
                case "rindex" -> (long) length - index;
                case "rindex0" -> (long) length - index - 1;
                case "first" -> index == 0;
                case "last" -> isLast();
                case "length" -> (long) length;
                default -> progressName.equals("forloop") ? ofFor(property) : ofRow(property);
            };
        }

        private @Nullable Object ofFor(String property) {
            return switch (property) {
                case "name" -> title;
                case "parentloop" -> parent();
                default -> null;
            };
        }

        private @Nullable Frame parent() {
            var parent = outer;
            while (parent != null && !parent.progressName.equals("forloop")) {
                parent = parent.outer;
            }
            return parent;
        }

        private @Nullable Object ofRow(String property) {
            return switch (property) {
                case "row" -> index / columns + 1L;
                case "col" -> index % columns + 1L;
                case "col0" -> (long) index % columns;
                case "col_first" -> index % columns == 0;
                case "col_last" -> endsRow() || (columns >= length && isLast());
                default -> null;
            };
        }
    }

    record For(Loop loop, Node.Body body, Node.Body otherwise) implements Node {
        @Override
        public int render(Scope scope) {
            var items = loop.select(scope);
            int length = items.size();
            if (length == 0) {
                return otherwise.render(scope);
            }
            var outer = scope.frame;
            var frame = new Frame(loop, "forloop", outer, length, 1);
            scope.frame = frame;
            for (int i = 0; i < length; i++) {
                scope.at = loop.at;
                scope.budget.step();
                frame.index = i;
                frame.item = Values.of(items.get(loop.reversed ? length - 1 - i : i));
                if (body.render(scope) == BREAK) {
                    break;
                }
            }
            scope.frame = outer;
            return GO_ON;
        }

        @Override
        public boolean blank() {
            return body.blank() && otherwise.blank();
        }
    }

    record TableRow(Loop loop, @Nullable Expression columns, Node.Body body) implements Node {
        @Override
        public int render(Scope scope) {
            var items = loop.select(scope);
            int length = items.size();
            int width = (int) Math.max(1, bound(columns, Math.max(1, length), scope));
            var outer = scope.frame;
            var frame = new Frame(loop, "tablerowloop", outer, length, width);
            scope.frame = frame;
            scope.write("<tr class=\"row1\">\n");
            for (int i = 0; i < length; i++) {
                scope.at = loop.at;
                scope.budget.step();
                frame.index = i;
                frame.item = Values.of(items.get(i));
                scope.write("<td class=\"col" + (i % width + 1) + "\">");
                int signal = body.render(scope);
                scope.write("</td>");
                if (signal == BREAK) {
                    break;
                }
                if (frame.endsRow() && !frame.isLast()) {
                    scope.write("</tr>\n<tr class=\"row" + (i / width + 2) + "\">");
                }
            }
            scope.write("</tr>\n");
            scope.frame = outer;
            return GO_ON;
        }
    }
}
