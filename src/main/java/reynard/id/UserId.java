package reynard.id;

/// The id of a user.
public record UserId(long value) implements Id {}
