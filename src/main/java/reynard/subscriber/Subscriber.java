package reynard.subscriber;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import reynard.id.CustomFieldId;
import reynard.id.SubscriberId;

/// One person, known by one address.
///
/// @param stateChangedAt when the present state began
/// @param fields the values of the custom fields that have one
public record Subscriber(
        SubscriberId id,
        String emailAddress,
        Optional<String> firstName,
        SubscriberState state,
        Instant stateChangedAt,
        Map<CustomFieldId, String> fields,
        Instant createdAt,
        Instant updatedAt) {
    public Subscriber {
        fields = Map.copyOf(fields);
    }

    public Optional<Instant> canceledAt() {
        return state == SubscriberState.CANCELLED ? Optional.of(stateChangedAt) : Optional.empty();
    }
}
