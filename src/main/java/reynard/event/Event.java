package reynard.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.id.BroadcastId;
import reynard.id.CustomFieldId;
import reynard.id.DeliveryId;
import reynard.id.EnrollmentId;
import reynard.id.FormId;
import reynard.id.PostId;
import reynard.id.PurchaseId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.id.TagId;

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

    /// One email of a run of a sequence is done with: accepted by the relay or given up.
    record DeliverySettled(
            DeliveryId delivery,
            EnrollmentId enrollment,
            int run,
            SequenceEmailId email,
            SubscriberId subscriber,
            boolean accepted,
            Instant at) {}

    /// Those that were done with together; at least one.
    record DeliveriesSettled(List<DeliverySettled> deliveries) implements Event {
        public DeliveriesSettled {
            deliveries = List.copyOf(deliveries);
        }

        @Override
        public Instant at() {
            return deliveries.getLast().at();
        }
    }

    /// A queued email of a run was taken back, because its author deleted or unpublished it or deleted its
    /// sequence.
    record DeliveryWithdrawn(DeliveryId delivery, EnrollmentId enrollment, int run, SequenceEmailId email, Instant at)
            implements Event {}

    /// Something that happened leads a subscriber into a sequence.
    record SequenceWanted(SubscriberId subscriber, SequenceId sequence, Instant at) implements Event {}

    /// What nobody's next email depends on.
    sealed interface News extends Event {}

    /// A server has refused an email in a way that may be its address's fault.
    ///
    /// @param token names the email in its links
    /// @param soft it may pass: the mailbox is full or busy. Otherwise it was refused for good, and nobody said why
    /// @param status the enhanced status code
    /// @param words of the server
    record RecipientRefused(
            DeliveryId delivery,
            String token,
            SubscriberId subscriber,
            boolean soft,
            Optional<String> status,
            String words,
            Instant at)
            implements News {}

    /// An email of a broadcast is done with: accepted by the relay, given up, or taken back.
    record BroadcastMailSettled(
            DeliveryId delivery, BroadcastId broadcast, SubscriberId subscriber, boolean accepted, Instant at)
            implements News {}

    /// @param active whether they may be mailed from the beginning
    record SubscriberCreated(SubscriberId subscriber, boolean active, Instant at) implements News {}

    /// A subscriber has a value, another one, or none any more in a custom field.
    record FieldValueChanged(SubscriberId subscriber, CustomFieldId field, Instant at) implements News {}

    record FieldCreated(CustomFieldId field, Instant at) implements News {}

    /// The field is not there any more, so its facts are here.
    record FieldDeleted(CustomFieldId field, String name, String key, String label, Instant at) implements News {}

    record TagCreated(TagId tag, Instant at) implements News {}

    /// The tag is not there any more, so its facts are here.
    record TagDeleted(TagId tag, String name, Instant createdAt, Instant at) implements News {}

    record TagAdded(SubscriberId subscriber, TagId tag, Instant at) implements News {}

    record TagRemoved(SubscriberId subscriber, TagId tag, Instant at) implements News {}

    /// A subscriber came by a form for the first time.
    record FormJoined(SubscriberId subscriber, FormId form, Instant at) implements News {}

    /// A person has followed a link in an email.
    ///
    /// @param url where it leads
    record LinkClicked(SubscriberId subscriber, String url, Instant at) implements News {}

    /// An email of a sequence is there no more.
    record SequenceEmailDeleted(SequenceId sequence, SequenceEmailId email, Instant at) implements News {}

    record SequenceCreated(SequenceId sequence, Instant at) implements News {}

    /// A paused sequence delivers again.
    record SequenceResumed(SequenceId sequence, Instant at) implements News {}

    record SequencePaused(SequenceId sequence, Instant at) implements News {}

    /// A subscriber's run through a sequence has begun.
    record SequenceJoined(SubscriberId subscriber, SequenceId sequence, Instant at) implements News {}

    /// A subscriber is past the last email of a sequence that does not hold them.
    record SequenceCompleted(SubscriberId subscriber, SequenceId sequence, Instant at) implements News {}

    record BroadcastCreated(BroadcastId broadcast, Instant at) implements News {}

    /// Everybody's email of a broadcast has been tried.
    record BroadcastSent(BroadcastId broadcast, Instant at) implements News {}

    /// The broadcast is still there while this is told.
    record BroadcastDeleted(BroadcastId broadcast, Instant at) implements News {}

    /// A broadcast is to be seen on the web from now on.
    record PostPublished(PostId post, Instant at) implements News {}

    /// A shop has told of a purchase for the first time.
    record PurchaseCreated(PurchaseId purchase, SubscriberId subscriber, Instant at) implements News {}
}
