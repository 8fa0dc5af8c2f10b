package reynard.template.liquid;

/// A template that cannot be read, or that cannot be rendered with the data it was given.
///
/// Names the place: line and column start at 1, and a column counts characters as Java does (UTF-16).
public final class LiquidError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String problem;
    private final int line;
    private final int column;

    LiquidError(String problem, int line, int column) {
        super(problem + " (line " + line + ", column " + column + ")");
        this.problem = problem;
        this.line = line;
        this.column = column;
    }

    /// What is wrong, one sentence without the place.
    public String message() {
        return problem;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
