package reynard.id;

/// The id of a registered app.
public record AppId(long value) implements Id {}
