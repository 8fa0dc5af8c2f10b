package reynard.delivery.smtp;

import reynard.mail.EmailAddress;

/// Who sends and who receives, as the relay sees it: bounces go to `sender`, the message to `recipient`.
/// Neither need be in a header.
public record Envelope(EmailAddress sender, EmailAddress recipient) {

    boolean needsSmtpUtf8() {
        return sender.needsSmtpUtf8() || recipient.needsSmtpUtf8();
    }
}
