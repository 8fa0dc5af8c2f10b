package reynard.sequence;

import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;

/// One email of a sequence.
///
/// @param deleted gone for the author; kept so that those who got it know where they stand
public record SequenceEmail(SequenceEmailId id, SequenceId sequence, EmailSettings settings, boolean deleted) {
    public boolean isSent() {
        return settings.published() && !deleted;
    }

    /// As it is when its author has taken it out.
    public SequenceEmail gone() {
        return new SequenceEmail(id, sequence, settings, true);
    }

    SequenceEmail at(int position) {
        return new SequenceEmail(id, sequence, settings.at(position), deleted);
    }
}
