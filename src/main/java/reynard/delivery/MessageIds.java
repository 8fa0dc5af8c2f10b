package reynard.delivery;

import java.util.Optional;
import reynard.account.Secrets;
import reynard.id.DeliveryId;

/// What a Message-ID (RFC 5322, 3.6.4) begins with: the delivery's id, by which an email that comes back is found
/// without
/// an index of its own, and 96 random bits, so that nobody can name an email that they have not seen.
final class MessageIds {
    private static final int RADIX = 36;
    private static final int ID_CHARACTERS =
            Long.toString(Long.MAX_VALUE, RADIX).length();
    private static final int RANDOM_BYTES = 12;

    private MessageIds() {}

    static String next(DeliveryId delivery) {
        var id = Long.toString(delivery.value(), RADIX);
        return "0".repeat(ID_CHARACTERS - id.length()) + id + Secrets.random(RANDOM_BYTES);
    }

    /// The delivery that has it, if there is one that has.
    static Optional<DeliveryId> delivery(String messageId) {
        if (messageId.length() <= ID_CHARACTERS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DeliveryId(Long.parseLong(messageId.substring(0, ID_CHARACTERS), RADIX)));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
