package reynard.segment;

import java.time.Instant;
import java.util.Optional;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.subscriber.SubscriberState;

/// One thing that is true or false of a subscriber at a moment. Texts are compared without case.
public sealed interface Condition {
    record HasTag(TagId tag) implements Condition {}

    /// Came by this form.
    record InForm(FormId form) implements Condition {}

    /// Is or was in this sequence.
    record InSequence(SequenceId sequence) implements Condition {}

    /// The field's value is this one.
    record FieldIs(CustomFieldId field, String value) implements Condition {}

    /// The field has another value or none.
    record FieldIsNot(CustomFieldId field, String value) implements Condition {}

    record FieldContains(CustomFieldId field, String part) implements Condition {}

    record FieldHasValue(CustomFieldId field) implements Condition {}

    record StateIs(SubscriberState state) implements Condition {}

    /// Created in this time; both ends are exclusive, and at least one is there.
    record Subscribed(Optional<Instant> after, Optional<Instant> before) implements Condition {
        public Subscribed {
            if (after.isEmpty() && before.isEmpty()) {
                throw new IllegalArgumentException("subscribed needs after or before");
            }
        }
    }

    record EmailContains(String part) implements Condition {}
}
