package reynard.delivery;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import reynard.account.SendingAddress;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;

/// A message to one address, outside any list: nobody can leave by it, and it counts in no statistics.
///
/// @param subscriber whose address it is, if it is a subscriber's
/// @param text the plain part
/// @param giveUpAfter how long it is of use, counted from when it is queued
public record Notice(
        Purpose purpose,
        EmailAddress to,
        Optional<SubscriberId> subscriber,
        SendingAddress from,
        String subject,
        String html,
        String text,
        Duration giveUpAfter) {

    public Notice(
            Purpose purpose,
            EmailAddress to,
            SendingAddress from,
            String subject,
            String html,
            String text,
            Duration giveUpAfter) {
        this(purpose, to, Optional.empty(), from, subject, html, text, giveUpAfter);
    }

    /// What it is for.
    public enum Purpose {
        /// Asks somebody who has signed up whether it was they.
        CONFIRMATION,
        /// Asks whether a sending address is the author's.
        VERIFICATION,
        TEST,
        REHEARSAL,
        INVITATION,
        PASSWORD_RESET,
        /// Asks at a new address whether a reader wants their emails there.
        ADDRESS_CHANGE,
        /// Tells a reader's old address that their emails go to another one.
        ADDRESS_CHANGED;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// Whether a stranger may have caused it: then it does not go to those who do not want our mail.
        boolean heedsSuppression() {
            return this == CONFIRMATION || this == ADDRESS_CHANGE;
        }
    }
}
