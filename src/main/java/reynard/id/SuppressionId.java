package reynard.id;

/// The id of an entry of the suppression list.
public record SuppressionId(long value) implements Id {}
