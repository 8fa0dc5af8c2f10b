package reynard.delivery;

import java.time.Instant;
import java.util.Optional;

/// How an attempt ends for its delivery.
///
/// @param nextAttemptAt present for a state that is tried again
/// @param bounced the address is dead: the subscriber has to be told apart from those who can be mailed
record Ending(
        Delivery.State state,
        Instant at,
        Attempt attempt,
        Optional<Instant> nextAttemptAt,
        Optional<String> reason,
        boolean bounced) {

    boolean isSettled() {
        return state == Delivery.State.SENT || state == Delivery.State.FAILED || state == Delivery.State.SKIPPED;
    }

    boolean isUncertain() {
        return attempt.outcome().equals("uncertain");
    }
}
