package reynard.template.liquid;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what stands inside a tag or an output: expressions, filters and conditions.
final class Cursor {
    private final String source;
    private final Lines lines;
    private final Variables variables;
    private final int end;
    private int pos;
    private int depth;

    Cursor(String source, Lines lines, Variables variables, int from, int to) {
        this.source = source;
        this.lines = lines;
        this.variables = variables;
        this.pos = from;
        this.end = to;
    }

    // Characters and words.

    /// The place of the next thing that is not white space.
    int at() {
        while (pos < end && Character.isWhitespace(source.charAt(pos))) {
            pos++;
        }
        return pos;
    }

    boolean atEnd() {
        return at() == end;
    }

    private boolean sees(String text) {
        return at() + text.length() <= end && source.startsWith(text, pos);
    }

    boolean takes(String text) {
        boolean found = sees(text);
        pos += found ? text.length() : 0;
        return found;
    }

    /// Takes a word that ends where the text does.
    boolean takesWord(String word) {
        boolean found = sees(word) && (pos + word.length() == end || !isPart(source.charAt(pos + word.length())));
        pos += found ? word.length() : 0;
        return found;
    }

    /// Takes `word:`.
    private boolean takesKey(String word) {
        int start = at();
        if (takesWord(word) && takes(":")) {
            return true;
        }
        pos = start;
        return false;
    }

    boolean takesOption(String word) {
        takes(",");
        return takesKey(word);
    }

    String sourceFrom(int from) {
        return source.substring(from, pos).strip();
    }

    void expectEnd() {
        if (!atEnd()) {
            throw unexpected();
        }
    }

    void expect(String text) {
        if (!takes(text)) {
            throw atEnd() ? error("`" + text + "` is missing") : unexpected();
        }
    }

    LiquidError unexpected() {
        if (atEnd()) {
            return error("a value is missing");
        }
        int stop = pos + 1;
        while (stop < end && stop < pos + 30 && !Character.isWhitespace(source.charAt(stop))) {
            stop++;
        }
        return error("unexpected `" + source.substring(pos, stop) + "`");
    }

    LiquidError error(String problem) {
        return lines.error(problem, at());
    }

    private static boolean isStart(char c) {
        return Character.isLetter(c) || c == '_';
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-';
    }

    /// A name that a tag sets: letters, digits, `_` and `-`, not first; it may be quoted or end with `?`.
    String target() {
        if (at() < end && (source.charAt(pos) == '\'' || source.charAt(pos) == '"')) {
            return quoted();
        }
        if (pos == end || !isPart(source.charAt(pos)) || source.charAt(pos) == '-') {
            throw atEnd() ? error("a name is missing") : unexpected();
        }
        return name();
    }

    private String name() {
        int from = pos;
        while (pos < end && isPart(source.charAt(pos))) {
            pos++;
        }
        if (pos < end && source.charAt(pos) == '?') {
            pos++;
        }
        return source.substring(from, pos);
    }

    private String quoted() {
        int close = source.indexOf(source.charAt(pos), pos + 1, end);
        if (close < 0) {
            throw error("text is not closed: a quote is missing");
        }
        var text = source.substring(pos + 1, close);
        pos = close + 1;
        return text;
    }

    // Values.

    Expression expression() {
        if (atEnd()) {
            throw unexpected();
        }
        char c = source.charAt(pos);
        if (c == '\'' || c == '"') {
            return new Expression.Literal(quoted());
        }
        if (c == '(') {
            return between();
        }
        if (isDigit(pos) || (c == '-' && isDigit(pos + 1))) {
            return number();
        }
        if (isStart(c) || c == '[') {
            return path();
        }
        throw unexpected();
    }

    private Expression number() {
        int from = pos++;
        skipDigits();
        if (isDigit(pos + 1) && source.charAt(pos) == '.') {
            pos++;
            skipDigits();
        }
        if (pos < end && isPart(source.charAt(pos))) {
            throw unexpected();
        }
        var text = source.substring(from, pos);
        if (Numbers.tooLong(text)) {
            throw lines.error("number is too long", from);
        }
        return new Expression.Literal(Numbers.literal(text));
    }

    private boolean isDigit(int at) {
        return at < end && source.charAt(at) >= '0' && source.charAt(at) <= '9';
    }

    private void skipDigits() {
        while (isDigit(pos)) {
            pos++;
        }
    }

    private Expression between() {
        deeper();
        expect("(");
        var from = expression();
        expect("..");
        var to = expression();
        expect(")");
        depth--;
        return new Expression.Between(from, to);
    }

    private Expression path() {
        var dotted = new StringBuilder();
        boolean known = source.charAt(pos) != '[';
        Expression root;
        if (known) {
            var name = name();
            var constant = constant(name);
            if (constant != null && !continues()) {
                return constant;
            }
            dotted.append(name);
            root = new Expression.Name(name.intern());
        } else {
            var index = bracket();
            known = index instanceof Expression.Literal(var name) && name instanceof String;
            root = index instanceof Expression.Literal(String name)
                    ? new Expression.Name(name.intern())
                    : new Expression.Named(index);
            dotted.append(root instanceof Expression.Name(var name) ? name : "");
        }
        var steps = new ArrayList<Object>();
        while (continues()) {
            var step = source.charAt(pos) == '[' ? bracket() : dot();
            if (step instanceof Expression.Literal(String name)) {
                steps.add(name);
                dotted.append(known ? "." + name : "");
            } else {
                steps.add(step);
                known = false;
            }
        }
        variables.named(root, dotted.toString());
        return steps.isEmpty() ? root : new Expression.Path(root, List.copyOf(steps));
    }

    private boolean continues() {
        return sees("[") || (sees(".") && !sees(".."));
    }

    private Expression dot() {
        pos++;
        int from = at();
        if (from == end || !isPart(source.charAt(from)) || source.charAt(from) == '-') {
            throw unexpected();
        }
        var name = name();
        if (name.chars().allMatch(Character::isDigit)) {
            throw lines.error("an item is named in brackets: [" + name + "]", from);
        }
        return new Expression.Literal(name);
    }

    private Expression bracket() {
        deeper();
        expect("[");
        var index = expression();
        expect("]");
        depth--;
        return index;
    }

    private void deeper() {
        if (++depth > Template.NESTING_MAX) {
            throw error("brackets are nested deeper than " + Template.NESTING_MAX);
        }
    }

    private static Expression.@Nullable Literal constant(String name) {
        return switch (name) {
            case "true" -> new Expression.Literal(true);
            case "false" -> new Expression.Literal(false);
            case "nil", "null" -> new Expression.Literal(null);
            case "empty" -> new Expression.Literal(Values.Word.EMPTY);
            case "blank" -> new Expression.Literal(Values.Word.BLANK);
            default -> null;
        };
    }

    // Filters.

    /// An expression and its filters, up to the end.
    Expression filtered() {
        var input = expression();
        var calls = new ArrayList<Expression.Call>();
        while (takes("|")) {
            calls.add(call());
        }
        expectEnd();
        return calls.isEmpty() ? input : new Expression.Filtered(input, List.copyOf(calls));
    }

    private Expression.Call call() {
        int start = at();
        if (start == end || !isStart(source.charAt(start))) {
            throw atEnd() ? error("a filter is missing") : unexpected();
        }
        var name = name();
        var filter = Filter.ALL.get(name);
        if (filter == null) {
            throw lines.error("unknown filter `" + name + "`", start);
        }
        var arguments = new ArrayList<Expression>();
        Expression allowFalse = null;
        if (takes(":")) {
            do {
                if (name.equals("default") && takesKey("allow_false")) {
                    allowFalse = expression();
                } else {
                    arguments.add(expression());
                }
            } while (takes(","));
        }
        if (arguments.size() < filter.argumentsMin() || arguments.size() > filter.argumentsMax()) {
            throw lines.error(
                    "filter `" + name + "` takes " + filter.argumentsAllowed() + ", not " + arguments.size(), start);
        }
        return new Expression.Call(filter, List.copyOf(arguments), allowFalse, start);
    }

    // Conditions.

    /// A condition, up to the end.
    Condition condition() {
        var conditions = new ArrayList<>(List.of(comparison()));
        var joints = new ArrayList<Boolean>();
        while (!atEnd()) {
            if (takesWord("and")) {
                joints.add(true);
            } else if (takesWord("or")) {
                joints.add(false);
            } else {
                throw unexpected();
            }
            conditions.add(comparison());
        }
        if (joints.isEmpty()) {
            return conditions.getFirst();
        }
        return new Condition.Chain(List.copyOf(conditions), List.copyOf(joints));
    }

    private Condition comparison() {
        var left = expression();
        var operator = operator();
        return operator == null ? new Condition.Truth(left) : new Condition.Comparison(left, operator, expression());
    }

    private Condition.@Nullable Operator operator() {
        if (takes("==")) {
            return Condition.Operator.EQUAL;
        }
        if (takes("!=") || takes("<>")) {
            return Condition.Operator.UNEQUAL;
        }
        if (takes("<=")) {
            return Condition.Operator.AT_MOST;
        }
        if (takes(">=")) {
            return Condition.Operator.AT_LEAST;
        }
        if (takes("<")) {
            return Condition.Operator.LESS;
        }
        if (takes(">")) {
            return Condition.Operator.GREATER;
        }
        return takesWord("contains") ? Condition.Operator.CONTAINS : null;
    }
}
