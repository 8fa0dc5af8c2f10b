package reynard.sequence;

import java.time.Instant;
import reynard.id.SequenceId;

/// A series of emails that each subscriber gets on their own clock.
///
/// @param planVersion grows with every edit that can move someone's next email
public record Sequence(
        SequenceId id, SequenceSettings settings, long planVersion, Instant createdAt, Instant updatedAt) {}
