package reynard.sequence;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What Kit has no word for: how a sequence's email is treated when something went wrong.
public record Handling(CatchUp catchUp, OnUncertain onUncertain) {
    public static final Handling DEFAULT = new Handling(new CatchUp.NextSlot(), OnUncertain.RESEND);

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
