package reynard.foresight;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Judgement;
import reynard.enrollment.Plan;
import reynard.enrollment.Progress;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SubscriberId;
import reynard.subscriber.SubscriberState;

/// What somebody gets who enters a sequence at a moment and stays, if nothing is changed meanwhile. A paused sequence
/// is looked at as if it went on.
public final class Journey {
    /// A time by which everyone has come to the end.
    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private Journey() {}

    public record Stop(SequenceEmailId email, Instant at) {}

    /// In the order in which the emails go out; those that never become due are missing.
    public static List<Stop> of(Plan plan, Instant entry) {
        var going = new Plan(plan.sequence().going(), plan.zone(), plan.tzdata(), plan.emails(), plan.policies());
        var sequence = going.sequence();
        // Nobody's; ids of people begin at 1.
        var entering = new Enrollment(
                new EnrollmentId(0),
                sequence.id(),
                new SubscriberId(0),
                1,
                Enrollment.Source.MANUAL,
                entry,
                new Progress.Pending(),
                Optional.empty(),
                Optional.of(entry),
                sequence.planVersion());
        var entered = entering.with(going.step(entering, Set.of(), entry), sequence.planVersion());
        var facts = new Judgement.Facts(
                SubscriberState.ACTIVE, Set.of(), Optional.empty(), Optional.empty(), Optional.empty());
        var start = new Ahead.Start(entered, facts, Optional.of(entry), sequence.planChangedAt());
        return Ahead.of(going, start, entry, NEVER).steps().stream()
                .map(step -> new Stop(step.email(), step.at()))
                .toList();
    }
}
