package reynard.template.liquid;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.template.liquid.Pieces.Piece;

/// Makes a tree of a source, in one walk.
final class Parser {
    private static final Set<String> NOTHING = Set.of();

    private final String source;
    private final Lines lines;
    private final Variables variables = new Variables();
    private Pieces pieces;
    private int depth;
    private int textChars;
    private int outputs;

    Parser(String source, Lines lines) {
        this.source = source;
        this.lines = lines;
        this.pieces = new Pieces.Page(source, lines);
    }

    Node.Body template() {
        var nodes = new ArrayList<Node>();
        parse(nodes, NOTHING);
        return new Node.Body(nodes);
    }

    Set<String> variables() {
        return variables.all();
    }

    int textChars() {
        return textChars;
    }

    int outputs() {
        return outputs;
    }

    /// Reads nodes up to one of these tags, which is the answer, or to the end of the pieces.
    private Piece.@Nullable Tag parse(List<Node> into, Set<String> enders) {
        for (var piece = pieces.next(); piece != null; piece = pieces.next()) {
            switch (piece) {
                case Piece.Text(var text) -> {
                    textChars += text.length();
                    into.add(new Node.Text(text));
                }
                case Piece.Output output -> output(cursor(output.from(), output.to()), output.at(), into);
                case Piece.Tag tag
                when enders.contains(tag.name()) -> {
                    return tag;
                }
                case Piece.Tag tag -> tag(tag, into);
            }
        }
        return null;
    }

    /// Reads the body of a tag up to one of its enders.
    private Piece.Tag body(List<Node> into, Piece.Tag opening, Set<String> enders) {
        if (++depth > Template.NESTING_MAX) {
            throw lines.error("tags are nested deeper than " + Template.NESTING_MAX, opening.at());
        }
        var ender = parse(into, enders);
        depth--;
        if (ender == null) {
            throw pieces.unclosed(opening);
        }
        return ender;
    }

    private Node.Body body(Piece.Tag opening) {
        var nodes = new ArrayList<Node>();
        body(nodes, opening, Set.of("end" + opening.name()));
        return new Node.Body(nodes);
    }

    private Cursor cursor(int from, int to) {
        return new Cursor(source, lines, variables, from, to);
    }

    private Cursor cursor(Piece.Tag tag) {
        return cursor(tag.from(), tag.to());
    }

    private void output(Cursor cursor, int at, List<Node> into) {
        outputs++;
        if (!cursor.atEnd()) {
            into.add(new Node.Output(cursor.filtered(), at));
        }
    }

    private void tag(Piece.Tag tag, List<Node> into) {
        switch (tag.name()) {
            case "#" -> checkInlineComment(tag);
            case "comment" -> pieces.skipComment(tag);
            case "doc" -> pieces.skipDoc(tag);
            case "raw" -> into.add(new Node.Text(pieces.raw(tag)));
            case "liquid" -> liquid(tag, into);
            case "echo" -> output(cursor(tag), tag.at(), into);
            case "assign" -> into.add(assign(tag));
            case "capture" -> into.add(capture(tag));
            case "increment" -> into.add(new Node.Counter(onlyName(tag), 1));
            case "decrement" -> into.add(new Node.Counter(onlyName(tag), -1));
            case "cycle" -> into.add(cycle(tag));
            case "ifchanged" -> into.add(new Node.IfChanged(body(tag)));
            case "if", "unless" -> into.add(conditional(tag));
            case "case" -> into.add(choice(tag));
            case "for" -> into.add(loop(tag));
            case "tablerow" -> into.add(tableRow(tag));
            case "break" -> into.add(new Node.Jump(Node.BREAK));
            case "continue" -> into.add(new Node.Jump(Node.CONTINUE));
            default -> throw lines.error(unknown(tag.name()), tag.at());
        }
    }

    private static String unknown(String name) {
        var shown = name.length() > 40 ? name.substring(0, 40) + "…" : name;
        return switch (name) {
            case "" -> "tag has no name";
            case "elsif", "else", "when" -> "`" + name + "` stands outside of its tag";
            default -> name.startsWith("end") ? "`" + shown + "` closes nothing" : "unknown tag `" + shown + "`";
        };
    }

    private void checkInlineComment(Piece.Tag tag) {
        for (int i = source.indexOf('\n', tag.from(), tag.to()); i >= 0; i = source.indexOf('\n', i + 1, tag.to())) {
            int start = pieces.skipSpace(i, tag.to());
            if (start < tag.to() && source.charAt(start) != '#') {
                throw lines.error("every line of a comment starts with #", start);
            }
        }
    }

    /// A tag of tags, one a line: they stand where it stands.
    private void liquid(Piece.Tag tag, List<Node> into) {
        if (++depth > Template.NESTING_MAX) {
            throw lines.error("tags are nested deeper than " + Template.NESTING_MAX, tag.at());
        }
        var outer = pieces;
        pieces = new Pieces.LinesOfTag(source, lines, tag.from(), tag.to());
        parse(into, NOTHING);
        pieces = outer;
        depth--;
    }

    private Node assign(Piece.Tag tag) {
        var cursor = cursor(tag);
        var name = cursor.target();
        cursor.expect("=");
        var value = cursor.filtered();
        variables.assigned(name);
        return new Node.Assign(name, value, tag.at());
    }

    private Node capture(Piece.Tag tag) {
        var name = onlyName(tag);
        return new Node.Capture(name, body(tag));
    }

    private String onlyName(Piece.Tag tag) {
        var cursor = cursor(tag);
        var name = cursor.target();
        cursor.expectEnd();
        variables.assigned(name);
        return name;
    }

    private Node cycle(Piece.Tag tag) {
        var cursor = cursor(tag);
        int start = cursor.at();
        var first = cursor.expression();
        var items = new ArrayList<Expression>();
        Expression group = null;
        if (cursor.takes(":")) {
            group = first;
            items.add(cursor.expression());
        } else {
            items.add(first);
        }
        while (cursor.takes(",")) {
            items.add(cursor.expression());
        }
        cursor.expectEnd();
        return new Node.Cycle(group, cursor.sourceFrom(start), List.copyOf(items), tag.at());
    }

    // if, unless and case: a block that could only write white space writes nothing.

    private Node conditional(Piece.Tag opening) {
        var end = "end" + opening.name();
        var branches = new ArrayList<Node.If.Branch>();
        var condition = opening.name().equals("unless") ? new Condition.Not(condition(opening)) : condition(opening);
        Piece.Tag tag = opening;
        boolean ignored = false;
        while (true) {
            var nodes = new ArrayList<Node>();
            var ender = body(nodes, opening, Set.of("elsif", "else", end));
            if (!ignored) {
                branches.add(new Node.If.Branch(condition, new Node.Body(nodes), tag.at()));
            }
            if (ender.name().equals(end)) {
                break;
            }
            ignored |= tag.name().equals("else"); // What follows an else is never reached.
            tag = ender;
            condition = tag.name().equals("elsif") ? condition(tag) : Condition.ALWAYS;
        }
        boolean blank = branches.stream().allMatch(branch -> branch.body().blank());
        if (blank) {
            branches.replaceAll(branch ->
                    new Node.If.Branch(branch.condition(), branch.body().withoutText(), branch.at()));
        }
        return new Node.If(List.copyOf(branches), blank);
    }

    private Condition condition(Piece.Tag tag) {
        return cursor(tag).condition();
    }

    private Node choice(Piece.Tag opening) {
        var cursor = cursor(opening);
        var subject = cursor.expression();
        cursor.expectEnd();
        var enders = Set.of("when", "else", "endcase");
        var whens = new ArrayList<Node.Case.When>();
        var tag = body(new ArrayList<>(), opening, enders); // What stands before the first when is not written.
        while (!tag.name().equals("endcase")) {
            var values = tag.name().equals("when") ? values(tag) : null;
            var nodes = new ArrayList<Node>();
            tag = body(nodes, opening, enders);
            whens.add(new Node.Case.When(values, new Node.Body(nodes)));
        }
        boolean blank = whens.stream().allMatch(when -> when.body().blank());
        if (blank) {
            whens.replaceAll(
                    when -> new Node.Case.When(when.values(), when.body().withoutText()));
        }
        return new Node.Case(subject, List.copyOf(whens), blank, opening.at());
    }

    private List<Expression> values(Piece.Tag tag) {
        var cursor = cursor(tag);
        var values = new ArrayList<Expression>();
        do {
            values.add(cursor.expression());
        } while (cursor.takes(",") || cursor.takesWord("or"));
        cursor.expectEnd();
        return List.copyOf(values);
    }

    // Loops.

    private Node loop(Piece.Tag opening) {
        var loop = loop(opening, cursor(opening)).loop();
        variables.loopStarts(loop.name(), "forloop");
        var nodes = new ArrayList<Node>();
        var ender = body(nodes, opening, Set.of("else", "endfor"));
        variables.loopEnds();
        var otherwise = new ArrayList<Node>();
        while (!ender.name().equals("endfor")) {
            ender = body(otherwise, opening, Set.of("else", "endfor"));
        }
        var node = new Loop.For(loop, new Node.Body(nodes), new Node.Body(otherwise));
        return node.blank()
                ? new Loop.For(loop, node.body().withoutText(), node.otherwise().withoutText())
                : node;
    }

    private Node tableRow(Piece.Tag opening) {
        var header = loop(opening, cursor(opening));
        variables.loopStarts(header.loop().name(), "tablerowloop");
        var body = body(opening);
        variables.loopEnds();
        return new Loop.TableRow(header.loop(), header.columns(), body);
    }

    private record Header(Loop loop, @Nullable Expression columns) {}

    private static Header loop(Piece.Tag tag, Cursor cursor) {
        var name = cursor.target();
        if (!cursor.takesWord("in")) {
            throw cursor.error("`in` is missing");
        }
        int start = cursor.at();
        var items = cursor.expression();
        var title = name + "-" + cursor.sourceFrom(start);
        Expression limit = null;
        Expression offset = null;
        Expression columns = null;
        boolean resumes = false;
        boolean reversed = false;
        while (!cursor.atEnd()) {
            if (cursor.takesOption("limit")) {
                limit = cursor.expression();
            } else if (cursor.takesOption("offset")) {
                resumes = cursor.takesWord("continue");
                offset = resumes ? null : cursor.expression();
            } else if (tag.name().equals("tablerow") && cursor.takesOption("cols")) {
                columns = cursor.expression();
            } else if (tag.name().equals("for") && cursor.takesWord("reversed")) {
                reversed = true;
            } else {
                throw cursor.unexpected();
            }
        }
        return new Header(new Loop(name, title, items, limit, offset, resumes, reversed, tag.at()), columns);
    }
}
