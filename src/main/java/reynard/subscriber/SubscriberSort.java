package reynard.subscriber;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a list of subscribers is ordered by; ties by id. Engagement is that of the last 90 days.
public enum SubscriberSort {
    ID,
    FIRST_NAME,
    EMAIL_ADDRESS,
    CREATED_AT,
    UPDATED_AT,
    CANCELLED_AT,
    ENGAGEMENT__SENT,
    ENGAGEMENT__OPENS,
    ENGAGEMENT__CLICKS,
    ENGAGEMENT__OPEN_RATE,
    ENGAGEMENT__CLICK_RATE,
    /// From the parameters `latitude` and `longitude`; leaves out whose place is not known.
    LOCATION__DISTANCE;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<SubscriberSort> named(String wireName) {
        return Arrays.stream(values())
                .filter(sort -> sort.wireName().equals(wireName))
                .findFirst();
    }

    public static List<String> names(SubscriberSort... sorts) {
        return Arrays.stream(sorts).map(SubscriberSort::wireName).toList();
    }

    boolean isEngagement() {
        return name().startsWith("ENGAGEMENT__");
    }
}
