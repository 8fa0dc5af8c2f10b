package reynard.id;

/// The id of a report of what became of a sent email.
public record FeedbackId(long value) implements Id {}
