package reynard.id;

/// The id of what following a link leads to.
public record LinkTriggerId(long value) implements Id {}
