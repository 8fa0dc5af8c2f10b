package reynard.delivery.smtp;

import java.util.Optional;
import reynard.mail.EmailAddress;

/// Who sends and who receives, as the relay sees it: bounces go to `sender`, the message to `recipient`.
/// Neither need be in a header.
///
/// @param id names the message in reports about it (ENVID of RFC 3461); letters, digits, `-` and `_`
public record Envelope(EmailAddress sender, EmailAddress recipient, Optional<String> id) {
    public Envelope {
        if (!id.map(text -> text.matches("[A-Za-z0-9_-]{1,100}")).orElse(true)) {
            throw new IllegalArgumentException("not an envelope id: " + id);
        }
    }

    public Envelope(EmailAddress sender, EmailAddress recipient) {
        this(sender, recipient, Optional.empty());
    }

    boolean needsSmtpUtf8() {
        return sender.needsSmtpUtf8() || recipient.needsSmtpUtf8();
    }
}
