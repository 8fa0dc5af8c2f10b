package reynard.report;

import java.time.Instant;

/// From one instant, inclusive, to another, exclusive.
public record Span(Instant from, Instant to) {}
