package reynard.foresight;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Judgement;
import reynard.enrollment.Plan;
import reynard.enrollment.Progress;
import reynard.enrollment.Rule;
import reynard.id.SequenceEmailId;

/// One enrollment's way through the rest of its sequence, if nothing is changed meanwhile and every email is accepted
/// at once: the same judgement that sends, asked at each due moment to come.
///
/// @param end where the enrollment stands when nothing more is due
record Ahead(List<Step> steps, Enrollment end) {
    /// @param at when the email goes out or is skipped
    /// @param anchor what its delay counted from
    /// @param rested why it comes later than planned, if its reader wants that
    record Step(
            SequenceEmailId email,
            Instant at,
            Optional<Rule> skipped,
            Optional<Instant> anchor,
            Optional<Rule> rested) {}

    /// Where a way begins.
    ///
    /// @param sendsAt when an email that is on its way may be tried; empty when it stands still
    /// @param changedAt when the plan was edited last
    record Start(Enrollment enrollment, Judgement.Facts facts, Optional<Instant> sendsAt, Instant changedAt) {}

    static Ahead of(Plan plan, Start start, Instant now, Instant until) {
        var steps = new ArrayList<Step>();
        var enrollment = start.enrollment();
        var facts = start.facts();
        var at = now;
        if (enrollment.progress() instanceof Progress.Sending(var email)) {
            if (start.sendsAt().isEmpty() || !plan.sequence().settings().active()) {
                return new Ahead(steps, enrollment);
            }
            at = later(now, start.sendsAt().get());
            steps.add(new Step(email, at, Optional.empty(), enrollment.anchorAt(), Optional.empty()));
            enrollment = plan.past(enrollment, email, facts.settled(), at);
            facts = facts.sending(email, at);
        }
        while (!at.isAfter(until)) {
            switch (Judgement.of(plan, enrollment, facts, start.changedAt(), at)) {
                case Judgement.Stands(var stands) -> {
                    enrollment = stands;
                    if (!(stands.progress() instanceof Progress.Waiting(var _, var dueAt, var _))) {
                        return new Ahead(steps, enrollment);
                    }
                    at = later(at, dueAt);
                }
                case Judgement.Send(var sending, var email, var _) -> {
                    steps.add(new Step(
                            email,
                            at,
                            Optional.empty(),
                            sending.anchorAt(),
                            facts.rest().map(Rule::resting)));
                    enrollment = plan.past(sending, email, facts.settled(), at);
                    facts = facts.sending(email, at);
                }
                case Judgement.Skip(var past, var email, var _, var rule) -> {
                    steps.add(new Step(email, at, Optional.of(rule), enrollment.anchorAt(), Optional.empty()));
                    enrollment = past;
                    facts = facts.settling(email);
                }
            }
        }
        return new Ahead(steps, enrollment);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    List<SequenceEmailId> sent() {
        return steps.stream()
                .filter(step -> step.skipped().isEmpty())
                .map(Step::email)
                .toList();
    }
}
