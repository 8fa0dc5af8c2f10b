package reynard.segment;

import java.time.Instant;
import reynard.id.SegmentId;

/// A saved question: which subscribers does this filter match now?
public record Segment(SegmentId id, String name, Filter filter, Instant createdAt, Instant updatedAt) {}
