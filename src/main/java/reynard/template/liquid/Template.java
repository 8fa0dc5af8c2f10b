package reynard.template.liquid;

import java.util.Map;
import java.util.Set;

/// A Liquid template: read once, rendered as often as wanted. What it says never changes; for any number of threads.
public final class Template {
    /// The longest source, in characters.
    public static final int SOURCE_CHARS_MAX = 512 * 1024;
    /// How deep tags and brackets may stand in one another.
    public static final int NESTING_MAX = 100;

    private static final int CHARS_PER_VALUE = 24;

    private final Node.Body body;
    private final Lines lines;
    private final Set<String> variables;
    /// Room for what it will become: as much as the last time, and a bit.
    private volatile int capacity;

    private Template(Node.Body body, Lines lines, Set<String> variables, int capacity) {
        this.body = body;
        this.lines = lines;
        this.variables = variables;
        this.capacity = capacity;
    }

    /// Reads a template.
    ///
    /// @throws LiquidError if the source is too long, nested too deeply or not Liquid: an unclosed or unknown
    ///     tag, an unknown filter or a wrong number of its arguments, an expression that means nothing
    public static Template parse(String source) {
        var lines = Lines.of(source);
        if (source.length() > SOURCE_CHARS_MAX) {
            throw lines.error("template is longer than " + SOURCE_CHARS_MAX + " characters: " + source.length(), 0);
        }
        var parser = new Parser(source, lines);
        var body = parser.template();
        var variables = parser.variables();
        return new Template(body, lines, variables, parser.textChars() + CHARS_PER_VALUE * parser.outputs() + 16);
    }

    /// The text of this template for these data. Variables that the data lack are empty, and so are values that are
    /// not a map, list, string, number, boolean, `Instant`, `LocalDate`, `ZonedDateTime` or [Markup].
    ///
    /// @throws LiquidError if the budget is used up, or a filter or comparison does not fit its value
    public String render(Map<String, ?> data, RenderOptions options) {
        var scope = new Scope(data, options, capacity);
        options.budget().start();
        try {
            body.render(scope);
            var written = scope.written();
            capacity = written.length() + written.length() / 16 + 16;
            return written;
        } catch (Failure failure) {
            throw lines.error(failure.problem(), scope.at);
        } finally {
            options.budget().stop(scope.writtenChars());
        }
    }

    /// The variables this template names and does not set itself, as dotted paths such as `subscriber.first_name`, in
    /// order of appearance. A path ends before its first computed or numbered part: `items[i].name` is `items`.
    public Set<String> variables() {
        return variables;
    }
}
