package reynard.event;

import java.time.Instant;
import reynard.id.DeliveryId;
import reynard.id.EnrollmentId;
import reynard.id.PurchaseId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// Something that happened in one account.
public sealed interface Event {
    Instant at();

    /// The subscriber may not be mailed any more.
    record SubscriberLeft(SubscriberId subscriber, Departure departure, Instant at) implements Event {}

    enum Departure {
        UNSUBSCRIBED,
        BOUNCED,
        COMPLAINED
    }

    /// An unconfirmed subscriber has confirmed and may be mailed from now on.
    record SubscriberConfirmed(SubscriberId subscriber, Instant at) implements Event {}

    /// An edit of a sequence or of its emails that can move someone's next email.
    record SequencePlanChanged(SequenceId sequence, long planVersion, Instant at) implements Event {}

    record SequenceDeleted(SequenceId sequence, Instant at) implements Event {}

    /// One email of a run is done with: accepted by the relay or given up.
    record DeliverySettled(
            DeliveryId delivery,
            EnrollmentId enrollment,
            int run,
            SequenceEmailId email,
            SubscriberId subscriber,
            boolean accepted,
            Instant at)
            implements Event {}

    /// A queued email of a run was taken back, because its author deleted or unpublished it or deleted its
    /// sequence.
    record DeliveryWithdrawn(DeliveryId delivery, EnrollmentId enrollment, int run, SequenceEmailId email, Instant at)
            implements Event {}

    /// A shop has told of a purchase for the first time.
    record PurchaseCreated(PurchaseId purchase, SubscriberId subscriber, Instant at) implements Event {}
}
