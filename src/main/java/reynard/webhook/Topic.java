package reynard.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The kinds of events that endpoints are told of (Kit: Event types).
public enum Topic {
    SUBSCRIBER_CREATED,
    SUBSCRIBER_ACTIVATED,
    SUBSCRIBER_UNSUBSCRIBED,
    SUBSCRIBER_BOUNCED,
    SUBSCRIBER_COMPLAINED,
    SUBSCRIBER_SUBSCRIBED_TO_FORM,
    SUBSCRIBER_ADDED_TO_SEQUENCE,
    SUBSCRIBER_SEQUENCE_COMPLETED,
    SUBSCRIBER_TAG_ADDED,
    SUBSCRIBER_TAG_REMOVED,
    SUBSCRIBER_CUSTOM_FIELD_VALUE_UPDATED,
    TAG_CREATED("tag"),
    TAG_DELETED("tag"),
    CUSTOM_FIELD_CREATED("custom_field"),
    CUSTOM_FIELD_DELETED("custom_field"),
    SEQUENCE_CREATED("sequence"),
    SEQUENCE_DELETED("sequence"),
    SEQUENCE_PUBLISHED("sequence"),
    SEQUENCE_DISABLED("sequence"),
    BROADCAST_CREATED("broadcast"),
    BROADCAST_SENT("broadcast"),
    BROADCAST_DELETED("broadcast"),
    POST_PUBLISHED("post");

    public static final List<String> NAMES =
            Arrays.stream(values()).map(Topic::wireName).sorted().toList();

    /// Announced and not told of yet, so nobody can ask for them.
    static final List<String> PLANNED = List.of(
            "landing_page.created",
            "landing_page.deleted",
            "subscriber.email_opened",
            "subscriber.link_clicked",
            "subscriber.product_purchased");

    private final String wireName;

    Topic() {
        this("subscriber");
    }

    Topic(String noun) {
        this.wireName = noun + "." + name().substring(noun.length() + 1).toLowerCase(Locale.ROOT);
    }

    String wireName() {
        return wireName;
    }

    static Optional<String> fault(String name) {
        if (PLANNED.contains(name)) {
            return Optional.of("events must not include " + name + ", which is not delivered yet");
        }
        return NAMES.contains(name)
                ? Optional.empty()
                : Optional.of("events must only include: " + String.join(", ", NAMES));
    }
}
