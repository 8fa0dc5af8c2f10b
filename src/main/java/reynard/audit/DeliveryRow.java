package reynard.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A delivery as it is stored, with what it belongs to and what was tried.
///
/// @param recipient whom a notice is for
/// @param enrollmentRun the present run of its enrollment; empty: there is no such enrollment
/// @param emailSequence the sequence that its email is of; null: there is no such email
/// @param emailGone the email is deleted or a draft
/// @param tries how many attempts are on record
/// @param lastTry the number of the last of them; 0 for none
/// @param accepted how many of them the relay took
/// @param acceptedAt when it took the last one
/// @param queueAgrees the queue has it, and says the same of it, exactly while it is not settled
record DeliveryRow(
        long id,
        String kind,
        @Nullable Long broadcast,
        @Nullable String recipient,
        int run,
        long sequence,
        @Nullable Long subscriber,
        long email,
        String state,
        Optional<Instant> nextAttemptAt,
        int attempts,
        @Nullable Long owner,
        boolean atDot,
        Optional<Instant> markedAt,
        Optional<Instant> settledAt,
        Optional<Instant> uncertainAt,
        Optional<String> reason,
        OptionalInt enrollmentRun,
        @Nullable Long enrollmentSequence,
        @Nullable Long enrollmentSubscriber,
        @Nullable String enrollmentState,
        Optional<Instant> finishedAt,
        @Nullable Long emailSequence,
        boolean emailGone,
        @Nullable String subscriberState,
        Optional<Instant> stateChangedAt,
        int tries,
        int lastTry,
        int accepted,
        Optional<Instant> acceptedAt,
        boolean queueAgrees) {

    boolean isOfSequence() {
        return kind.equals("sequence");
    }

    boolean isNotice() {
        return kind.equals("notice");
    }

    boolean isQueued() {
        return state.equals("scheduled") || state.equals("deferred") || state.equals("uncertain");
    }

    boolean isOnItsWay() {
        return owner != null;
    }

    /// Its relay has taken it, whether or not it came back afterwards.
    boolean isAccepted() {
        return state.equals("sent") || state.equals("bounced");
    }

    boolean isSettled() {
        return isAccepted() || state.equals("failed") || state.equals("skipped");
    }
}
