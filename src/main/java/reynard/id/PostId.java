package reynard.id;

/// The id of a post.
public record PostId(long value) implements Id {}
