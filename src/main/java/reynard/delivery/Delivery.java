package reynard.delivery;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import reynard.id.DeliveryId;

/// One row of the ledger: one email to one reader, and what became of it. There is never a second one.
///
/// @param dueAt when it was to go out
/// @param settledAt when the relay took it, or when it was given up or skipped
/// @param bouncedAt when it came back, after the relay had taken it
/// @param uncertainAt when it was found that nobody knows whether it arrived; stays, whatever comes after
/// @param reason why it was skipped, failed or is held: a stable code
/// @param detail the values of that reason
/// @param reply the server's last words
public record Delivery(
        DeliveryId id,
        Kind kind,
        State state,
        Instant dueAt,
        Optional<Instant> nextAttemptAt,
        int attempts,
        Optional<Instant> settledAt,
        Optional<Instant> bouncedAt,
        Optional<Instant> uncertainAt,
        Optional<String> reason,
        Map<String, Object> detail,
        Optional<String> reply) {
    public Delivery {
        detail = Map.copyOf(detail);
    }

    public enum State {
        SCHEDULED,
        CLAIMED,
        /// The mark before the final dot is durable; from here on the receiver may have it.
        AT_DOT,
        DEFERRED,
        UNCERTAIN,
        /// Kept for a person to decide.
        HELD,
        SENT,
        /// Accepted by the relay, and come back undelivered.
        BOUNCED,
        FAILED,
        SKIPPED;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
