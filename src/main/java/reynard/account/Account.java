package reynard.account;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.id.AccountId;

/// The owner of everything else.
///
/// @param token names the account in links that leave the house; unguessable
/// @param timeZone an IANA name; the default of new sequences
/// @param sendHour 0 to 23; the default of new sequences
/// @param colors the brand's palette: hex codes, at most ten
/// @param openTracking whether emails tell when they are opened
/// @param clickTracking whether emails tell which of their links are followed
/// @param holdsUncertain whether a broadcast's email or a notice of which nobody knows whether it arrived is kept for a
///     person to decide, instead of sent again
/// @param postalAddress printed in every email; real mail does not go out without it (CAN-SPAM)
public record Account(
        AccountId id,
        String token,
        String name,
        String timeZone,
        int sendHour,
        Optional<String> postalAddress,
        List<String> colors,
        boolean openTracking,
        boolean clickTracking,
        boolean holdsUncertain,
        Instant createdAt) {
    public Account {
        colors = List.copyOf(colors);
    }

    /// The same with other settings.
    ///
    /// @param postalAddressNow a blank one is none
    public Account with(
            String nameNow,
            String timeZoneNow,
            int sendHourNow,
            Optional<String> postalAddressNow,
            boolean openTrackingNow,
            boolean clickTrackingNow,
            boolean holdsUncertainNow) {
        return new Account(
                id,
                token,
                nameNow,
                timeZoneNow,
                sendHourNow,
                postalAddressNow.map(String::strip).filter(address -> !address.isEmpty()),
                colors,
                openTrackingNow,
                clickTrackingNow,
                holdsUncertainNow,
                createdAt);
    }
}
