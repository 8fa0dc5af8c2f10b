package reynard.id;

/// The id of an address that emails link to.
public record LinkId(long value) implements Id {}
