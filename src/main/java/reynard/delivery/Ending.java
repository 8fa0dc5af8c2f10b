package reynard.delivery;

import java.time.Instant;
import java.util.Optional;

/// How an attempt ends for its delivery.
///
/// @param nextAttemptAt present for a state that is tried again
/// @param blame whether the address is at fault
/// @param status the enhanced status code of the reply
record Ending(
        Delivery.State state,
        Instant at,
        Attempt attempt,
        Optional<Instant> nextAttemptAt,
        Optional<String> reason,
        Blame blame,
        Optional<String> status) {

    /// How much an attempt says against the address.
    enum Blame {
        NONE,
        /// It may pass; often enough, it counts.
        SOFT,
        /// Refused for good without a known reason; on two days it counts.
        UNSURE,
        /// The address is dead: the subscriber has to be told apart from those who can be mailed.
        DEAD
    }

    Ending blaming(Blame other, Optional<String> code) {
        return new Ending(state, at, attempt, nextAttemptAt, reason, other, code);
    }

    boolean isSettled() {
        return state == Delivery.State.SENT || state == Delivery.State.FAILED || state == Delivery.State.SKIPPED;
    }

    boolean isUncertain() {
        return attempt.outcome().equals("uncertain");
    }
}
