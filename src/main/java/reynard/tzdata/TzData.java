package reynard.tzdata;

import static java.util.Comparator.comparing;

import java.nio.file.Path;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import reynard.schedule.Zone;

/// One release of the tz database, held in memory: what the system or an operator changes on disk later counts from
/// the next start, so that zones of two releases never mix.
///
/// Zones are read when first asked for. Safe for use by many threads.
public final class TzData {
    private final String version;
    private final String source;
    private final NavigableMap<String, Supplier<ZoneRules>> zones;
    private final ConcurrentMap<String, Zone> found = new ConcurrentHashMap<>();

    private TzData(Release release, Release.Shipped shipped) {
        this.version = release.version();
        this.source = release.source();
        this.zones = new TreeMap<>(release.zones());
        // Debian 13 moved names such as US/Pacific to a package that few install, and images are stripped of zones;
        // authors use them all the same.
        shipped.links().forEach((name, target) -> {
            var rules = zones.get(target);
            if (rules != null) {
                zones.putIfAbsent(name, rules);
            }
        });
        shipped.zones().forEach(zones::putIfAbsent);
    }

    /// The newest of: the directory, if one is named; the data shipped with Reynard; the operating
    /// system's; the JDK's. In this order when several have the same version.
    ///
    /// A name that the newest lacks does not get lost: a backward name means the newest's zone that it
    /// stands for, any other the shipped zone.
    ///
    /// @param directory compiled files (TZif version 2 or newer) in folders as in `/usr/share/zoneinfo`,
    ///     with the version in `tzdata.zi` or `+VERSION`
    /// @throws IllegalArgumentException if the directory has no version or cannot be read
    public static TzData newest(Optional<Path> directory) {
        var shipped = Release.Shipped.read();
        // The first of equals is chosen.
        var releases = new ArrayList<Release>();
        directory.ifPresent(path -> releases.add(Release.Directory.at(path)));
        releases.add(shipped);
        Release.Directory.operatingSystem().ifPresent(releases::add);
        releases.add(Release.Jdk.running());
        return new TzData(Collections.max(releases, comparing(Release::version)), shipped);
    }

    /// The data shipped with Reynard, whatever else there is.
    public static TzData shipped() {
        var shipped = Release.Shipped.read();
        return new TzData(shipped, shipped);
    }

    /// The data of the JDK that runs us, whatever else there is.
    public static TzData jdk() {
        return new TzData(Release.Jdk.running(), Release.Shipped.read());
    }

    /// The data in a directory, whatever else there is; [#newest] says what it must hold.
    public static TzData of(Path directory) {
        return new TzData(Release.Directory.at(directory), Release.Shipped.read());
    }

    /// The IANA release, such as `2026f`.
    public String version() {
        return version;
    }

    /// Where the data is from: `JDK`, `operating system`, `shipped`, or the directory.
    public String source() {
        return source;
    }

    /// The zone of that name, if this release has it.
    ///
    /// Canonical and backward names pass (`America/Los_Angeles`, `US/Pacific`, `EST5EDT`, `UTC`), in their
    /// exact spelling. Nothing else does: no offsets such as `+02:00`, no `utc`, and no `Factory`,
    /// `localtime`, `posix/…` or `right/…`, which are files of the database but no places.
    ///
    /// @throws IllegalStateException if the data of the zone is damaged
    public Optional<Zone> find(String name) {
        var known = found.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        var rules = zones.get(name);
        return rules == null ? Optional.empty() : Optional.of(found.computeIfAbsent(name, _ -> read(name, rules)));
    }

    /// Every name that [#find] knows, sorted.
    public List<String> names() {
        return List.copyOf(zones.keySet());
    }

    private Zone read(String name, Supplier<ZoneRules> rules) {
        try {
            return new Zone(name, rules.get());
        } catch (RuntimeException damaged) {
            throw new IllegalStateException("tz data " + version + " (" + source + "): zone " + name, damaged);
        }
    }
}
