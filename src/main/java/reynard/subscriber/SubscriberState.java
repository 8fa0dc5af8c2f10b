package reynard.subscriber;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// May this person be mailed? Only when active. (Kit help: The Subscriber Profile Page & Status.)
public enum SubscriberState {
    ACTIVE,
    /// Not confirmed yet.
    INACTIVE,
    /// Unsubscribed.
    CANCELLED,
    BOUNCED,
    COMPLAINED;

    public static final List<String> NAMES =
            Arrays.stream(values()).map(SubscriberState::wireName).toList();

    /// As Kit and our tables write it.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<SubscriberState> named(String wireName) {
        return Arrays.stream(values())
                .filter(state -> state.wireName().equals(wireName))
                .findFirst();
    }
}
