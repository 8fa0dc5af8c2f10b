package reynard.id;

/// The id of a form.
public record FormId(long value) implements Id {}
