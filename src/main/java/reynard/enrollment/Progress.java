package reynard.enrollment;

import java.time.Instant;
import java.util.Optional;
import reynard.id.SequenceEmailId;

/// Where a subscriber stands in a sequence.
public sealed interface Progress {
    /// Not confirmed yet; the clock starts at the confirmation.
    record Pending() implements Progress {}

    /// The next email goes out at `dueAt`, which was computed with the named tz release.
    record Waiting(SequenceEmailId next, Instant dueAt, String tzdata) implements Progress {}

    /// The next email is queued or on its way.
    record Sending(SequenceEmailId next) implements Progress {}

    /// In the sequence, and nothing is due until an edit changes that.
    record Parked(Because because, Optional<SequenceEmailId> next) implements Progress {}

    record Completed(Instant at) implements Progress {}

    /// The subscriber left the list.
    record Cancelled(Instant at, Leaving reason) implements Progress {}

    /// Taken out of this sequence.
    record Removed(Instant at, Removal reason) implements Progress {}

    enum Because {
        PAUSED,
        /// Neither the sequence nor the email has an allowed day.
        NO_SEND_DAY,
        /// Everything was sent, and the sequence holds its people for what is added later.
        END_OF_SEQUENCE,
        NOTHING_PUBLISHED
    }

    enum Leaving {
        UNSUBSCRIBED,
        BOUNCED,
        COMPLAINED
    }

    enum Removal {
        BY_HAND,
        SEQUENCE_DELETED
    }

    default boolean isOver() {
        return switch (this) {
            case Pending _, Waiting _, Sending _, Parked _ -> false;
            case Completed _, Cancelled _, Removed _ -> true;
        };
    }
}
