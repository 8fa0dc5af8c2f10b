package reynard.reader;

import java.time.Instant;
import java.util.Optional;
import reynard.id.AddressChangeId;
import reynard.id.SubscriberId;

/// A reader's new address, until it is confirmed from there.
///
/// @param token names it in the link of the mail to the new address
/// @param countedAs the new address as limits count it
record AddressChange(
        AddressChangeId id,
        SubscriberId subscriber,
        String token,
        String newAddress,
        String countedAs,
        Instant askedAt,
        Optional<Instant> confirmedAt) {}
