package reynard.audit;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.enrollment.Enrollment;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// An enrollment as it is stored, which may be what no enrollment can be.
///
/// @param subscriberState null: there is no such subscriber
/// @param pastRuns how many earlier runs are on record
/// @param keepsDate an edit has let it keep the date of an older plan
/// @param queuedFor when it is due by its row of the queue; empty: it has none
/// @param nextEmailSequence the sequence that the next email is of
record EnrollmentRow(
        EnrollmentId id,
        SequenceId sequence,
        SubscriberId subscriber,
        @Nullable String subscriberState,
        int run,
        int pastRuns,
        Enrollment.Source source,
        Instant addedAt,
        String state,
        Optional<String> parkedBecause,
        Optional<SequenceEmailId> lastEmail,
        Optional<Long> lastEmailSequence,
        Optional<Instant> anchorAt,
        Optional<SequenceEmailId> nextEmail,
        Optional<Long> nextEmailSequence,
        Optional<Instant> dueAt,
        Optional<String> tzdata,
        long planVersion,
        boolean keepsDate,
        Optional<Instant> finishedAt,
        Optional<String> finishReason,
        Optional<Instant> queuedFor) {

    /// In the sequence, with a clock that has started.
    boolean isUnderWay() {
        return state.equals("waiting") || state.equals("sending") || state.equals("parked");
    }
}
