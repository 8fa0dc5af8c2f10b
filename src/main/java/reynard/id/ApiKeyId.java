package reynard.id;

/// The id of an API key.
public record ApiKeyId(long value) implements Id {}
