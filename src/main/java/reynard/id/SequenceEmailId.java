package reynard.id;

/// The id of a sequence email.
public record SequenceEmailId(long value) implements Id {}
