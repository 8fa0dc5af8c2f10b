package reynard.schedule;

import java.time.zone.ZoneRules;

/// A named time zone with the rules in force.
///
/// The rules travel with the name because the JDK's own may be older than the ones we were given.
///
/// @param name as the author wrote it, such as `Europe/Berlin` or `US/Pacific`
public record Zone(String name, ZoneRules rules) {
    public Zone {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a zone must have a name");
        }
    }
}
