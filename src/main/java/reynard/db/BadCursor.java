package reynard.db;

/// A page was asked for with a cursor that this list did not give out.
public final class BadCursor extends RuntimeException {
    BadCursor() {}

    BadCursor(RuntimeException cause) {
        super(cause);
    }
}
