package reynard.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.id.WebhookDeliveryId;

/// Events of one kind on their way to one receiver together: Kit's "delivery".
///
/// @param body the same bytes on every attempt
public record Shipment(
        WebhookDeliveryId id,
        String type,
        int eventCount,
        String body,
        Status status,
        int attempts,
        Instant createdAt,
        Optional<Instant> nextAttemptAt,
        Optional<Instant> endedAt) {

    public enum Status {
        PENDING,
        RETRYING,
        DELIVERED,
        FAILED;

        static final List<String> NAMES = List.of("pending", "retrying", "delivered", "failed");

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status named(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    /// One try of it.
    ///
    /// @param statusCode empty: nobody answered, and `error` says why
    /// @param responseBody the beginning of what was answered
    public record Attempt(
            int number,
            Instant at,
            Optional<Integer> statusCode,
            Optional<String> responseBody,
            Optional<String> error,
            int durationMillis) {}
}
