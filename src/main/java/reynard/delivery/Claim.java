package reynard.delivery;

import java.time.Instant;
import java.util.Optional;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;

/// A delivery that this node has taken to send.
record Claim(
        AccountId account,
        DeliveryId delivery,
        EnrollmentId enrollment,
        int run,
        SequenceId sequence,
        SequenceEmailId email,
        SubscriberId subscriber,
        String token,
        String messageId,
        int attempts,
        Optional<Instant> firstTriedAt,
        Optional<String> envelopeSender) {

    /// The envelope sender of its first attempt stays for all that follow.
    Claim sentFrom(EmailAddress sender) {
        return envelopeSender.isPresent()
                ? this
                : new Claim(
                        account,
                        delivery,
                        enrollment,
                        run,
                        sequence,
                        email,
                        subscriber,
                        token,
                        messageId,
                        attempts,
                        firstTriedAt,
                        Optional.of(sender.value()));
    }
}
