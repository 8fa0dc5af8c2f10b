package reynard.id;

/// The id of a message in the built-in inbox.
public record InboxMessageId(long value) implements Id {}
