package reynard.id;

/// The id of a webhook of either generation: of somebody who is told of events.
public record ReceiverId(long value) implements Id {}
