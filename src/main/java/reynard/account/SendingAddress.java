package reynard.account;

import reynard.id.SendingAddressId;

/// An address that the account may send from.
///
/// @param verified only verified ones are used
public record SendingAddress(
        SendingAddressId id, String emailAddress, String fromName, boolean verified, boolean isDefault) {}
