package reynard.template;

import reynard.template.liquid.LiquidError;

/// An email that cannot be written, and which piece of what its author wrote is at fault.
public final class BrokenEmail extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String piece;
    private final String problem;

    BrokenEmail(String piece, LiquidError error) {
        super(piece + " line " + error.line() + ", column " + error.column() + ": " + error.message(), error);
        this.piece = piece;
        this.problem = "line " + error.line() + ", column " + error.column() + ": " + error.message();
    }

    BrokenEmail(String piece, String problem) {
        super(piece + " " + problem);
        this.piece = piece;
        this.problem = problem;
    }

    /// `subject`, `preview_text`, `content`, `email_template` or `snippet` with its key.
    public String piece() {
        return piece;
    }

    /// What is wrong with it, with line and column if it is Liquid.
    public String problem() {
        return problem;
    }

    /// Piece and problem in one sentence.
    public String sentence() {
        return piece + " " + problem;
    }
}
