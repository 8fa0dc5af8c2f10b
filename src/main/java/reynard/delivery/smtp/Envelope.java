package reynard.delivery.smtp;

import java.util.Optional;
import reynard.mail.EmailAddress;

/// Who sends and who receives, as the relay sees it: bounces go to `sender`, the message to `recipient`.
/// Neither need be in a header.
///
/// @param id names the message in reports about it (ENVID of RFC 3461); letters, digits, `-` and `_`
public record Envelope(EmailAddress sender, EmailAddress recipient, Optional<String> id) {
    private static final int ID_MAX = 100;

    public Envelope {
        if (id.isPresent() && !isId(id.get())) {
            throw new IllegalArgumentException("not an envelope id: " + id);
        }
    }

    private static boolean isId(String text) {
        boolean isId = !text.isEmpty() && text.length() <= ID_MAX;
        for (int i = 0; isId && i < text.length(); i++) {
            isId = isOfId(text.charAt(i));
        }
        return isId;
    }

    private static boolean isOfId(char unit) {
        return (unit >= 'a' && unit <= 'z')
                || (unit >= 'A' && unit <= 'Z')
                || (unit >= '0' && unit <= '9')
                || unit == '-'
                || unit == '_';
    }

    public Envelope(EmailAddress sender, EmailAddress recipient) {
        this(sender, recipient, Optional.empty());
    }

    boolean needsSmtpUtf8() {
        return sender.needsSmtpUtf8() || recipient.needsSmtpUtf8();
    }
}
