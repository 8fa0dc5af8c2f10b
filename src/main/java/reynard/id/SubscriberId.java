package reynard.id;

/// The id of a subscriber.
public record SubscriberId(long value) implements Id {}
