package reynard.enrollment;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import reynard.delivery.Rest;
import reynard.id.SequenceEmailId;
import reynard.subscriber.SubscriberState;

/// What happens to one enrollment at one moment. The only place where that is decided: the walker acts on it, and
/// whoever foretells something asks it about a moment to come.
public sealed interface Judgement {
    /// The enrollment from now on.
    Enrollment after();

    /// Nothing is due.
    record Stands(Enrollment after) implements Judgement {}

    /// The email goes out.
    record Send(Enrollment after, SequenceEmailId email, Instant dueAt) implements Judgement {}

    /// The email does not go out and counts as done.
    record Skip(Enrollment after, SequenceEmailId email, Instant dueAt, Rule rule) implements Judgement {}

    /// What is true of the reader at that moment.
    ///
    /// @param settled the emails that this run has had, sent or skipped
    /// @param excluded the first exclusion of the sequence that applies
    /// @param outage the last time that no server ran
    /// @param rest whether the reader wants fewer emails
    record Facts(
            SubscriberState state,
            Set<SequenceEmailId> settled,
            Optional<Rule.Excluded> excluded,
            Optional<Outage> outage,
            Optional<Rest> rest) {
        public Facts {
            settled = Set.copyOf(settled);
        }

        public Facts settling(SequenceEmailId email) {
            var more = new HashSet<>(settled);
            more.add(email);
            return new Facts(state, more, excluded, outage, rest);
        }

        /// After the email has gone to the reader.
        public Facts sending(SequenceEmailId email, Instant at) {
            var settled = settling(email);
            return new Facts(state, settled.settled(), excluded, outage, rest.map(fewer -> fewer.afterEmail(at)));
        }
    }

    /// @param changedAt when the plan was last edited; asked for only when the enrollment has an older one
    static Judgement of(Plan plan, Enrollment enrollment, Facts facts, Instant changedAt, Instant now) {
        var barred = barred(facts.state(), now);
        if (barred.isPresent() && !enrollment.progress().isOver()) {
            // Whoever leaves is taken out by the news of it; this is the second lock on the door.
            return new Stands(enrollment.with(barred.get(), enrollment.planVersion()));
        }
        var current = plan.standing(enrollment, facts.settled(), changedAt, now);
        if (missed(current, facts, now)) {
            current = plan.caughtUp(current, facts.settled(), now);
        }
        if (!(current.progress() instanceof Progress.Waiting(var email, var dueAt, var _)) || dueAt.isAfter(now)) {
            return new Stands(current);
        }
        var rests = facts.rest().flatMap(rest -> rest.until(now));
        if (rests.isPresent()) {
            return new Stands(plan.rested(current, facts.settled(), rests.get()));
        }
        if (!isStillToCome(plan, current, email, facts)) {
            // It was taken back or moved to before their place, and nothing came instead.
            return new Stands(plan.stepped(current, facts.settled(), now));
        }
        var skipped = facts.excluded().map(Rule.Excluded::rule).or(() -> tooLate(plan, dueAt, now));
        return skipped.isPresent()
                ? new Skip(plan.past(current, email, facts.settled(), now), email, dueAt, skipped.get())
                : new Send(
                        current.with(
                                new Progress.Sending(email), plan.sequence().planVersion()),
                        email,
                        dueAt);
    }

    /// What becomes of one enrollment when everything that was due until a moment counts as sent at the time it was
    /// due.
    static Judgement treatedAsSent(
            Plan plan, Enrollment enrollment, Facts facts, Instant changedAt, Instant until, Instant now) {
        var barred = barred(facts.state(), now);
        if (barred.isPresent() && !enrollment.progress().isOver()) {
            return new Stands(enrollment.with(barred.get(), enrollment.planVersion()));
        }
        var current = plan.standing(enrollment, facts.settled(), changedAt, now);
        if (!(current.progress() instanceof Progress.Waiting(var email, var dueAt, var _)) || dueAt.isAfter(until)) {
            return new Stands(current);
        }
        return isStillToCome(plan, current, email, facts)
                ? new Skip(
                        plan.past(current, email, facts.settled(), dueAt),
                        email,
                        dueAt,
                        Rule.treatedAsSent(dueAt, until))
                : new Stands(plan.stepped(current, facts.settled(), now));
    }

    /// Where someone stands who may not be mailed; empty for those who may.
    static Optional<Progress> barred(SubscriberState state, Instant now) {
        return switch (state) {
            case ACTIVE -> Optional.empty();
            case INACTIVE -> Optional.of(new Progress.Pending());
            case CANCELLED -> Optional.of(new Progress.Cancelled(now, Progress.Leaving.UNSUBSCRIBED));
            case BOUNCED -> Optional.of(new Progress.Cancelled(now, Progress.Leaving.BOUNCED));
            case COMPLAINED -> Optional.of(new Progress.Cancelled(now, Progress.Leaving.COMPLAINED));
        };
    }

    private static boolean isStillToCome(Plan plan, Enrollment enrollment, SequenceEmailId email, Facts facts) {
        return plan.email(email)
                .filter(next -> plan.reaches(next, enrollment.lastEmail(), facts.settled()))
                .isPresent();
    }

    private static boolean missed(Enrollment enrollment, Facts facts, Instant now) {
        return enrollment.progress() instanceof Progress.Waiting(var _, var dueAt, var _)
                && facts.outage().filter(outage -> outage.missed(dueAt, now)).isPresent();
    }

    private static Optional<Rule> tooLate(Plan plan, Instant dueAt, Instant now) {
        return plan.sequence()
                .handling()
                .catchUp()
                .latestHours()
                .filter(hours -> dueAt.plus(Duration.ofHours(hours)).isBefore(now))
                .map(hours -> Rule.tooLate(dueAt, hours));
    }
}
