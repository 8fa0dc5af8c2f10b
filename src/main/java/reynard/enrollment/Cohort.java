package reynard.enrollment;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import reynard.delivery.Rest;
import reynard.id.SequenceEmailId;
import reynard.subscriber.SubscriberState;

/// People who stand alike in a sequence, so that what is foretold of one is foretold of all.
///
/// @param one of them; without an anchor where none matters any more
/// @param settledAhead emails behind their place that their run has had nevertheless
/// @param held their present email is kept for a person to decide
/// @param sendsAt when their present email, queued already, may be tried
/// @param excluded whether they are excluded now
/// @param wouldBeExcluded whether they would be after the edit that was asked about
/// @param rest whether they want fewer emails; who does is alone
public record Cohort(
        Enrollment one,
        Set<SequenceEmailId> settledAhead,
        boolean held,
        Optional<Instant> sendsAt,
        boolean excluded,
        boolean wouldBeExcluded,
        long people,
        Optional<Rest> rest) {
    public Cohort {
        settledAhead = Set.copyOf(settledAhead);
    }

    /// Those who are in a sequence and have something to come may be mailed: whoever leaves is taken out.
    public Judgement.Facts facts() {
        return new Judgement.Facts(SubscriberState.ACTIVE, settledAhead, Optional.empty(), Optional.empty(), rest);
    }

    Cohort resting(Optional<Rest> newRest) {
        return new Cohort(one, settledAhead, held, sendsAt, excluded, wouldBeExcluded, people, newRest);
    }
}
