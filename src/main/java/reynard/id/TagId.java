package reynard.id;

/// The id of a tag.
public record TagId(long value) implements Id {}
