package reynard.id;

/// The id of an account.
public record AccountId(long value) implements Id {}
