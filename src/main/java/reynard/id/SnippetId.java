package reynard.id;

/// The id of a snippet.
public record SnippetId(long value) implements Id {}
