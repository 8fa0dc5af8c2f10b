package reynard.sequence;

import java.time.Instant;
import java.util.Optional;
import reynard.id.SequenceId;

/// A series of emails that each subscriber gets on their own clock.
///
/// @param overdue what the last edit has for those whom it finds overdue
/// @param pausedAt since when it is paused; empty while it is active
/// @param planVersion grows with every edit that can move someone's next email
public record Sequence(
        SequenceId id,
        SequenceSettings settings,
        Handling handling,
        CatchUp overdue,
        Optional<Instant> pausedAt,
        long planVersion,
        Instant createdAt,
        Instant updatedAt) {

    /// As an edit leaves it.
    ///
    /// @param overdueNow empty: those overdue go at their next slot, or as the sequence catches up after a pause
    public Sequence edited(SequenceSettings after, Optional<CatchUp> overdueNow, Instant now) {
        boolean resumed = after.active() && !settings.active();
        return new Sequence(
                id,
                after,
                handling,
                overdueNow.orElse(resumed ? handling.catchUp() : new CatchUp.NextSlot()),
                after.active() ? Optional.empty() : pausedAt.or(() -> Optional.of(now)),
                after.plansAs(settings) ? planVersion : planVersion + 1,
                createdAt,
                now);
    }

    /// After an edit of one of its emails.
    public Sequence replanned(Optional<CatchUp> overdueNow, Instant now) {
        return new Sequence(
                id,
                settings,
                handling,
                overdueNow.orElse(new CatchUp.NextSlot()),
                pausedAt,
                planVersion + 1,
                createdAt,
                now);
    }

    Sequence handled(Handling newHandling, Instant now) {
        return new Sequence(id, settings, newHandling, overdue, pausedAt, planVersion, createdAt, now);
    }
}
