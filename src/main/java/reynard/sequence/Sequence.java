package reynard.sequence;

import java.time.Instant;
import java.util.Optional;
import reynard.id.SequenceId;

/// A series of emails that each subscriber gets on their own clock.
///
/// @param overdue what the last edit has for those whom it finds overdue
/// @param pausedAt since when it is paused; empty while it is active
/// @param planVersion grows with every edit that can move someone's next email
/// @param planChangedAt when it last grew; an email that was due before this moment is overdue by the edit
public record Sequence(
        SequenceId id,
        SequenceSettings settings,
        Handling handling,
        CatchUp overdue,
        Optional<Instant> pausedAt,
        long planVersion,
        Instant planChangedAt,
        Instant createdAt,
        Instant updatedAt) {

    /// As an edit leaves it.
    ///
    /// @param overdueNow empty: those overdue go at their next slot, or as the sequence catches up after a pause
    public Sequence edited(SequenceSettings after, Optional<CatchUp> overdueNow, Instant now) {
        boolean resumed = after.active() && !settings.active();
        boolean moves = !after.plansAs(settings);
        return new Sequence(
                id,
                after,
                handling,
                // Those of the edit before may not all have been looked at.
                moves ? overdueNow.orElse(resumed ? handling.catchUp() : new CatchUp.NextSlot()) : overdue,
                after.active() ? Optional.empty() : pausedAt.or(() -> Optional.of(now)),
                moves ? planVersion + 1 : planVersion,
                moves ? now : planChangedAt,
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
                now,
                createdAt,
                now);
    }

    /// The same, not paused.
    public Sequence going() {
        return new Sequence(
                id,
                settings.active(true),
                handling,
                overdue,
                Optional.empty(),
                planVersion,
                planChangedAt,
                createdAt,
                updatedAt);
    }

    Sequence handled(Handling newHandling, Instant now) {
        return new Sequence(id, settings, newHandling, overdue, pausedAt, planVersion, planChangedAt, createdAt, now);
    }
}
