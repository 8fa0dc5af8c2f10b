package reynard.id;

/// The id of what an account has let somebody do in its name.
public record GrantId(long value) implements Id {}
