package reynard.model;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.sequence.CatchUp;

/// Something that is done to an account. Things are named by the order of their making; what names a thing that is not
/// there does nothing, so that any part of a history is a history.
sealed interface Op {
    record NewPerson(boolean confirmed) implements Op {}

    record NewSequence(String zone, SendDays days, int hour, boolean repeat, boolean hold) implements Op {}

    record NewEmail(int sequence, Delay delay, Optional<SendDays> days, boolean published, Optional<Integer> position)
            implements Op {}

    /// Null leaves it as it is.
    record EditEmail(
            int sequence,
            int email,
            @Nullable Delay delay,
            @Nullable Boolean published,
            @Nullable Integer position) implements Op {}

    record DeleteEmail(int sequence, int email) implements Op {}

    /// Null leaves it as it is.
    record EditSequence(
            int sequence,
            @Nullable String zone,
            @Nullable SendDays days,
            @Nullable Integer hour,
            @Nullable Boolean active,
            @Nullable Boolean repeat,
            @Nullable Boolean hold)
            implements Op {}

    record Rename(int sequence) implements Op {}

    record Exclude(int sequence, Set<Integer> tags, Set<Integer> sequences) implements Op {}

    record Handle(int sequence, CatchUp catchUp) implements Op {}

    record DeleteSequence(int sequence) implements Op {}

    record Join(int person, int sequence, boolean byEmail) implements Op {}

    record Remove(int person, int sequence) implements Op {}

    record Tag(int person, int tag) implements Op {}

    record Untag(int person, int tag) implements Op {}

    record Unsubscribe(int person) implements Op {}

    /// An upsert that calls them active, which brings nobody back.
    record Resubscribe(int person) implements Op {}

    record Confirm(int person) implements Op {}

    /// Everything that is due now happens before the next thing is done.
    record Settle() implements Op {}
}
