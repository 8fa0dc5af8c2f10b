package reynard.sequence;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What Kit has no word for: how a sequence's email is treated when something went wrong, and what it tells of its
/// reader.
public record Handling(CatchUp catchUp, OnUncertain onUncertain, Tracking tracking) {
    public static final Handling DEFAULT =
            new Handling(new CatchUp.NextSlot(), OnUncertain.RESEND, Tracking.AS_THE_ACCOUNT);

    /// Whether an email tells when it is opened and which of its links are followed. Empty: as the account says.
    public record Tracking(Optional<Boolean> opens, Optional<Boolean> clicks) {
        public static final Tracking AS_THE_ACCOUNT = new Tracking(Optional.empty(), Optional.empty());
    }

    /// What becomes of an email when nobody knows whether it arrived.
    public enum OnUncertain {
        RESEND,
        /// Kept for a person to decide.
        HOLD;

        public static final List<String> NAMES =
                Arrays.stream(values()).map(OnUncertain::wireName).toList();

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<OnUncertain> named(String wireName) {
            return Arrays.stream(values())
                    .filter(value -> value.wireName().equals(wireName))
                    .findFirst();
        }
    }
}
