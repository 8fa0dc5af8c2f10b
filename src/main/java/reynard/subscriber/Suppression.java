package reynard.subscriber;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.event.Event.Departure;
import reynard.id.SubscriberId;
import reynard.id.SuppressionId;
import reynard.mail.EmailAddress;

/// An address that gets no mail of this account.
///
/// @param address see [#key]
/// @param evidence what made us think so, in the words that came: a reply, a report; empty for an act of the reader
/// @param subscriber whose address it was then
public record Suppression(
        SuppressionId id,
        String address,
        Reason reason,
        String evidence,
        Optional<SubscriberId> subscriber,
        Instant createdAt) {

    /// Why, the weakest first: a stronger one takes the place of a weaker one.
    public enum Reason {
        UNSUBSCRIBED(SubscriberState.CANCELLED),
        MANUAL(SubscriberState.CANCELLED),
        BOUNCED(SubscriberState.BOUNCED),
        COMPLAINED(SubscriberState.COMPLAINED);

        public static final List<String> NAMES =
                Arrays.stream(values()).map(Reason::wireName).toList();

        private final SubscriberState state;

        Reason(SubscriberState state) {
            this.state = state;
        }

        /// What somebody with this address is.
        SubscriberState state() {
            return state;
        }

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Reason of(Departure departure) {
            return switch (departure) {
                case UNSUBSCRIBED -> UNSUBSCRIBED;
                case BOUNCED -> BOUNCED;
                case COMPLAINED -> COMPLAINED;
            };
        }

        Departure departure() {
            return switch (this) {
                case UNSUBSCRIBED, MANUAL -> Departure.UNSUBSCRIBED;
                case BOUNCED -> Departure.BOUNCED;
                case COMPLAINED -> Departure.COMPLAINED;
            };
        }

        /// Those that this one takes the place of.
        String[] weaker() {
            return Arrays.stream(values())
                    .filter(other -> other.compareTo(this) < 0)
                    .map(Reason::wireName)
                    .toArray(String[]::new);
        }
    }

    /// The form in which addresses are compared: without case, as subscribers are told apart, and with the domain that
    /// DNS knows.
    public static String key(EmailAddress address) {
        return address.wireValue().toLowerCase(Locale.ROOT);
    }

    static String key(String stored) {
        return EmailAddress.parse(stored).map(Suppression::key).orElseGet(() -> stored.toLowerCase(Locale.ROOT));
    }
}
