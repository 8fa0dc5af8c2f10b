package reynard.id;

/// The id of a broadcast.
public record BroadcastId(long value) implements Id {}
