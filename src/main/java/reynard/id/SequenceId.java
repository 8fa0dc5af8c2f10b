package reynard.id;

/// The id of a sequence.
public record SequenceId(long value) implements Id {}
