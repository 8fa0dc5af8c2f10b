package reynard.subscriber;

import java.time.Instant;

/// Where a subscriber lives, as the author has pinned it.
///
/// @param countryCode two capital letters (ISO 3166-1)
/// @param latitude degrees, -90 to 90
/// @param longitude degrees, -180 to 180
/// @param timeZone an IANA name
public record Location(
        String city,
        String stateProvince,
        String countryCode,
        double latitude,
        double longitude,
        String timeZone,
        Instant pinnedAt) {}
