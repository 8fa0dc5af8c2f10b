package reynard.id;

/// The id of a segment.
public record SegmentId(long value) implements Id {}
