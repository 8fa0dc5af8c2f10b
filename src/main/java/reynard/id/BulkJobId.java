package reynard.id;

/// The id of a request for many things at once.
public record BulkJobId(long value) implements Id {}
