package reynard.id;

/// The id of what a broadcast and its post have in common.
public record PublicationId(long value) implements Id {}
