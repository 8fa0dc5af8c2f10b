package reynard.delivery;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// What a person has decided about an email that the server could not decide itself. Never changed afterwards.
///
/// @param state of the delivery when it was decided
/// @param reason the same: why it was held
/// @param note why, in the words of who decided
public record Decision(
        Instant at, Verdict verdict, Delivery.State state, Optional<String> reason, Optional<String> note) {

    public enum Verdict {
        /// It goes out again, the same bytes if it may have arrived.
        RESEND,
        /// It stays as it is, and its reader goes on as if it were done.
        LEAVE;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What became of a decision.
    public sealed interface Deciding {
        /// @param delivery as it is now; skipped if it must not go out any more
        record Decided(Delivery delivery) implements Deciding {}

        record NoSuchDelivery() implements Deciding {}

        /// There is nothing to decide about it.
        record NotOpen(Delivery.State state) implements Deciding {}
    }
}
