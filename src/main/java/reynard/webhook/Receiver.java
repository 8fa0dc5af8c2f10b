package reynard.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.id.ReceiverId;

/// Somebody who wants to be told of events: Kit's "webhook endpoint".
///
/// @param events their kinds, sorted
/// @param previousSecretExpiresAt until when a replaced secret signs beside the current one
public record Receiver(
        ReceiverId id,
        String name,
        String url,
        String description,
        Status status,
        List<String> events,
        Instant createdAt,
        Optional<Instant> previousSecretExpiresAt) {
    public Receiver {
        events = List.copyOf(events);
    }

    public enum Status {
        ACTIVE,
        DISABLED;

        static final List<String> NAMES = List.of("active", "disabled");

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status named(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    /// Whether a replaced secret still signs.
    public boolean rotates(Instant now) {
        return previousSecretExpiresAt.filter(now::isBefore).isPresent();
    }
}
