package reynard.delivery;

import java.time.Instant;
import java.util.Optional;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.mail.EmailAddress;

/// A delivery that this node has taken to send.
///
/// @param trials how often it was written on trial; empty as long as no node has ended that had taken it
record Claim(
        AccountId account,
        DeliveryId delivery,
        Kind kind,
        String token,
        String messageId,
        int attempts,
        Optional<Instant> firstTriedAt,
        Optional<String> envelopeSender,
        Optional<Integer> trials) {
    @Override
    public int hashCode() {
        return delivery.hashCode();
    }

    /// The envelope sender of its first attempt stays for all that follow.
    Claim sentFrom(EmailAddress sender) {
        return envelopeSender.isPresent()
                ? this
                : new Claim(
                        account,
                        delivery,
                        kind,
                        token,
                        messageId,
                        attempts,
                        firstTriedAt,
                        Optional.of(sender.value()),
                        trials);
    }

    /// Whether its bytes are kept: the mark keeps them, and says when the first was; a notice has them from the start.
    boolean isWritten() {
        return firstTriedAt.isPresent() || kind instanceof Kind.NoticeMail;
    }
}
