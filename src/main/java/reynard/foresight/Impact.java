package reynard.foresight;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.enrollment.Cohort;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Plan;
import reynard.enrollment.Progress;
import reynard.enrollment.Standings;
import reynard.id.AccountId;
import reynard.sequence.CatchUp;
import reynard.sequence.Exclusion;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;

/// What an edit does to the people inside a sequence.
public final class Impact {
    /// A time by which everyone has come to the end.
    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private final Standings standings;

    public Impact(Standings standings) {
        this.standings = standings;
    }

    /// What those inside get who would be overdue.
    public enum Policy {
        /// They go at once.
        NOW,
        /// What every edit does: at the next send hour of an allowed day, or at once where the delay is in hours.
        NEXT_SLOT,
        /// Nobody inside gets a new date; it is for those who enter from now on.
        NEW_JOINERS_ONLY;

        public Optional<CatchUp> overdue() {
            return this == NOW ? Optional.of(new CatchUp.AtOnce()) : Optional.empty();
        }
    }

    /// @param earliest null while nobody has a date
    public record Span(@Nullable Instant earliest, @Nullable Instant latest) {
        static final Span NONE = new Span(null, null);

        Span and(Instant at) {
            return new Span(
                    earliest == null || at.isBefore(earliest) ? at : earliest,
                    latest == null || at.isAfter(latest) ? at : latest);
        }
    }

    /// How many people are inside, and of how many it is true. One person may count in several.
    ///
    /// @param redated their next email gets another date: from `before` to `after`
    /// @param mailedAtOnce their next email, not due yet, goes out at once
    /// @param startWaiting they had no next email, and get one
    /// @param stopWaiting their sequence pauses, or their next email has no day left
    /// @param loseEmail at least one email that they would have had does not come any more
    /// @param gainEmail at least one comes that would not have come
    /// @param finish they have come to the end
    public record Effect(
            long inside,
            long redated,
            Span before,
            Span after,
            long mailedAtOnce,
            long startWaiting,
            long stopWaiting,
            long loseEmail,
            long gainEmail,
            long finish) {
        static final Effect NONE = new Effect(0, 0, Span.NONE, Span.NONE, 0, 0, 0, 0, 0, 0);
    }

    /// What would become of the people if the sequence were as `edited`, and some of its emails as here.
    Effect of(
            Tx tx,
            AccountId account,
            Plan plan,
            Sequence edited,
            Collection<SequenceEmail> emails,
            Policy policy,
            Instant now) {
        var changedAt = plan.sequence().planChangedAt();
        var after = standings.edited(plan, edited, emails);
        SortedSet<Exclusion> exclusions = edited.settings().exclusions();
        var effect = Effect.NONE;
        for (var cohort : standings.cohorts(tx, account, plan, true, exclusions, now)) {
            effect = plus(effect, cohort, new Edit(plan, after, policy, changedAt, now));
        }
        return effect;
    }

    private record Edit(Plan before, Plan after, Policy policy, Instant changedAt, Instant now) {}

    private static Effect plus(Effect sum, Cohort cohort, Edit edit) {
        var start = Forecast.start(cohort, edit.changedAt(), edit.now());
        var standing = edit.before().standing(cohort.one(), cohort.settledAhead(), edit.changedAt(), edit.now());
        var edited = keepsDate(standing.progress(), edit)
                ? standing.with(standing.progress(), edit.after().sequence().planVersion())
                : edit.after().standing(standing, cohort.settledAhead(), edit.now(), edit.now());
        var way = Ahead.of(edit.before(), start, edit.now(), NEVER);
        var editedWay = Ahead.of(
                edit.after(), new Ahead.Start(edited, start.facts(), start.sendsAt(), edit.now()), edit.now(), NEVER);
        long people = cohort.people();
        var from = standing.progress();
        var to = edited.progress();
        var fromAt = dueAt(from);
        var toAt = dueAt(to);
        boolean redated = fromAt.isPresent() && toAt.isPresent() && !fromAt.equals(toAt);
        boolean atOnce = toAt.filter(at -> !at.isAfter(edit.now())).isPresent()
                && fromAt.filter(at -> !at.isAfter(edit.now())).isEmpty()
                && !cohort.wouldBeExcluded();
        boolean stops = !from.equals(to)
                && to instanceof Progress.Parked(var because, var _)
                && (because == Progress.Because.PAUSED || because == Progress.Because.NO_SEND_DAY);
        var had = new HashSet<>(cohort.excluded() ? java.util.List.of() : way.sent());
        var has = new HashSet<>(cohort.wouldBeExcluded() ? java.util.List.of() : editedWay.sent());
        return new Effect(
                sum.inside() + people,
                sum.redated() + (redated ? people : 0),
                redated ? sum.before().and(fromAt.get()) : sum.before(),
                redated ? sum.after().and(toAt.get()) : sum.after(),
                sum.mailedAtOnce() + (atOnce ? people : 0),
                sum.startWaiting() + (fromAt.isEmpty() && toAt.isPresent() ? people : 0),
                sum.stopWaiting() + (stops ? people : 0),
                sum.loseEmail() + (!stops && !has.containsAll(had) ? people : 0),
                sum.gainEmail() + (!had.containsAll(has) ? people : 0),
                sum.finish() + (finishes(edited, cohort, edit.after()) ? people : 0));
    }

    /// At once, or at the date of an email that the edit has taken back or moved to before their place, and that
    /// nothing follows.
    private static boolean finishes(Enrollment edited, Cohort cohort, Plan after) {
        return edited.progress() instanceof Progress.Completed
                || (edited.progress() instanceof Progress.Waiting
                        && after.next(edited.lastEmail(), cohort.settledAhead()).isEmpty()
                        && !after.sequence().settings().hold());
    }

    /// As `Standings.keepDates` does it.
    private static boolean keepsDate(Progress progress, Edit edit) {
        return edit.policy() == Policy.NEW_JOINERS_ONLY
                && edit.after().sequence().settings().active()
                && progress instanceof Progress.Waiting(var next, var _, var _)
                && edit.after().email(next).filter(SequenceEmail::isSent).isPresent();
    }

    private static Optional<Instant> dueAt(Progress progress) {
        return progress instanceof Progress.Waiting(var _, var at, var _) ? Optional.of(at) : Optional.empty();
    }
}
