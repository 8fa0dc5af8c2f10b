package reynard.template.liquid;

/// What went wrong while rendering, before [Template#render] adds the place and makes it a [LiquidError].
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String problem) {
        super(problem, null, false, false);
    }

    String problem() {
        return String.valueOf(getMessage());
    }
}
