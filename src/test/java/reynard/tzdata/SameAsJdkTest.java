package reynard.tzdata;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Our reading of compiled files against the JDK's own compiler of the same database.
///
/// The sources differ where governments changed the clocks after the JDK's release, and in the past of a few zones
/// whose history Debian compiles in more detail.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SameAsJdkTest {
    private static final Instant IN_1970 = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant IN_2000 = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant IN_2060 = Instant.parse("2060-01-01T00:00:00Z");

    /// Not a whole day, so that every hour of the day and every minute of the hour comes up.
    private static final long STEP_SECONDS = 86_400 - 3_660;

    private static final Set<String> OTHER_HISTORY = Set.of("America/Bogota", "Asia/Tehran", "Iran", "EET", "WET");

    /// The zones that tz 2026a to 2026f changed, and since when.
    private static final Map<String, String> CHANGED = Map.ofEntries(
            entry("Europe/Chisinau", "2022-03-27"),
            entry("Europe/Tiraspol", "2022-03-27"),
            entry("Africa/Casablanca", "2026-09-20"),
            entry("Africa/El_Aaiun", "2026-09-20"),
            entry("America/Vancouver", "2026-11-01"),
            entry("Canada/Pacific", "2026-11-01"),
            entry("America/Edmonton", "2026-11-01"),
            entry("Canada/Mountain", "2026-11-01"),
            entry("America/Yellowknife", "2026-11-01"),
            entry("America/Inuvik", "2026-11-01"),
            entry("America/Winnipeg", "2026-11-01"),
            entry("America/Rainy_River", "2026-11-01"),
            entry("Canada/Central", "2026-11-01"),
            entry("America/Havana", "2026-11-01"),
            entry("Cuba", "2026-11-01"));

    private static final TzData SHIPPED = TzData.shipped();
    private static final TzData JDK = TzData.jdk();

    @BeforeAll
    static void only_an_older_jdk_can_be_compared() {
        assumeThat(JDK.version()).as("the JDK is newer: run bin/update-tzdata").isLessThanOrEqualTo(SHIPPED.version());
    }

    @Test
    void from_1970_to_2000_few_zones_differ() {
        assertThat(OTHER_HISTORY).containsAll(differences(IN_1970, IN_2000).keySet());
    }

    @Test
    void from_2000_to_2060_zones_differ_only_since_they_were_changed() {
        assertThat(differences(IN_2000, IN_2060)).allSatisfy((name, first) -> {
            assertThat(CHANGED).containsKey(name);
            assertThat(first).isAfterOrEqualTo(Instant.parse(CHANGED.get(name) + "T00:00:00Z"));
        });
    }

    /// The first instant at which each common zone differs.
    private static Map<String, Instant> differences(Instant from, Instant to) {
        var common = new TreeSet<>(SHIPPED.names());
        common.retainAll(JDK.names());
        assertThat(common).hasSizeGreaterThan(590);
        var differences = new TreeMap<String, Instant>();
        for (var name : common) {
            var ours = SHIPPED.find(name).orElseThrow().rules();
            var theirs = JDK.find(name).orElseThrow().rules();
            var first = firstDifference(ours, theirs, from, to);
            if (first.isBefore(to)) {
                differences.put(name, first);
            }
        }
        return differences;
    }

    /// Looks at instants all along, at both sides of each change, and at the local times around it.
    private static Instant firstDifference(ZoneRules ours, ZoneRules theirs, Instant from, Instant to) {
        for (var second = from.getEpochSecond(); second < to.getEpochSecond(); second += STEP_SECONDS) {
            var instant = Instant.ofEpochSecond(second);
            if (!ours.getOffset(instant).equals(theirs.getOffset(instant))) {
                return instant;
            }
            var local = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
            if (!ours.getValidOffsets(local).equals(theirs.getValidOffsets(local))) {
                return instant;
            }
        }
        var change = from;
        while (change.isBefore(to)) {
            var our = ours.nextTransition(change);
            var their = theirs.nextTransition(change);
            if (our == null || their == null) {
                return our == null && their == null ? to : change;
            }
            if (!our.equals(their)) {
                return our.getInstant().isBefore(their.getInstant()) ? our.getInstant() : their.getInstant();
            }
            change = our.getInstant();
        }
        return to;
    }
}
