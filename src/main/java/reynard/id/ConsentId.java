package reynard.id;

/// The id of a consent.
public record ConsentId(long value) implements Id {}
