package reynard.schedule;

import java.time.ZoneId;

/// Zones with the rules of the JDK that runs the tests.
public final class JdkZones {
    private JdkZones() {}

    public static Zone zone(String name) {
        return new Zone(name, ZoneId.of(name).getRules());
    }
}
