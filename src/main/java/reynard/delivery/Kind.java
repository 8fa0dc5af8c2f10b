package reynard.delivery;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.id.BroadcastId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// What an email of the ledger is of, and whom it is for.
public sealed interface Kind {
    List<String> NAMES = List.of("sequence", "broadcast", "notice");

    /// An email of one run of an enrollment; there is one for each run and email.
    record SequenceMail(
            EnrollmentId enrollment, int run, SequenceId sequence, SequenceEmailId email, SubscriberId reader)
            implements Kind {}

    /// An email of a broadcast; there is one for each broadcast and reader.
    record BroadcastMail(BroadcastId broadcast, SubscriberId reader) implements Kind {}

    /// A message to one address, outside any list, written completely when it was queued.
    ///
    /// @param recipient the address, as it stands in an envelope
    /// @param giveUpAt when it is of no use any more
    record NoticeMail(Notice.Purpose purpose, String recipient, Instant giveUpAt, Optional<SubscriberId> reader)
            implements Kind {}

    /// Whom it is for, as far as the list knows them.
    default Optional<SubscriberId> subscriber() {
        return switch (this) {
            case SequenceMail mail -> Optional.of(mail.reader());
            case BroadcastMail mail -> Optional.of(mail.reader());
            case NoticeMail mail -> mail.reader();
        };
    }

    default String wireName() {
        return switch (this) {
            case SequenceMail _ -> "sequence";
            case BroadcastMail _ -> "broadcast";
            case NoticeMail _ -> "notice";
        };
    }
}
