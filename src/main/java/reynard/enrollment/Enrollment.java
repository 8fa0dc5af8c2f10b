package reynard.enrollment;

import java.time.Instant;
import java.util.Optional;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// One subscriber's walk through one sequence.
///
/// @param run counts the times that the subscriber started over, from 1
/// @param addedAt entry of the present run
/// @param lastEmail the step last done in this run, sent or skipped
/// @param anchorAt what the next delay counts from; empty while pending
/// @param planVersion the sequence's plan that `progress` was computed with
public record Enrollment(
        EnrollmentId id,
        SequenceId sequence,
        SubscriberId subscriber,
        int run,
        Source source,
        Instant addedAt,
        Progress progress,
        Optional<SequenceEmailId> lastEmail,
        Optional<Instant> anchorAt,
        long planVersion) {

    /// The way in.
    public enum Source {
        API,
        FORM,
        RULE,
        AUTOMATION,
        BULK,
        IMPORT,
        MANUAL
    }

    public Enrollment with(Progress newProgress, long newPlanVersion) {
        return new Enrollment(
                id, sequence, subscriber, run, source, addedAt, newProgress, lastEmail, anchorAt, newPlanVersion);
    }

    /// After a step is done: the next delay counts from here.
    Enrollment past(SequenceEmailId email, Instant at) {
        return new Enrollment(
                id,
                sequence,
                subscriber,
                run,
                source,
                addedAt,
                progress,
                Optional.of(email),
                Optional.of(at),
                planVersion);
    }

    /// The place of who comes back: behind what they had last.
    Enrollment behind(Optional<SequenceEmailId> last) {
        return new Enrollment(id, sequence, subscriber, run, source, addedAt, progress, last, anchorAt, planVersion);
    }

    Enrollment anchoredAt(Instant at) {
        return new Enrollment(
                id, sequence, subscriber, run, source, addedAt, progress, lastEmail, Optional.of(at), planVersion);
    }
}
