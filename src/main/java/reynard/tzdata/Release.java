package reynard.tzdata;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// A place that has a release of the tz database.
sealed interface Release {

    /// The IANA release, such as `2026f`; later ones sort after earlier ones.
    String version();

    String source();

    /// What finds the rules of each zone, by name.
    Map<String, Supplier<ZoneRules>> zones();

    record Jdk(String version) implements Release {
        static Jdk running() {
            return new Jdk(ZoneRulesProvider.getVersions("UTC").lastKey());
        }

        @Override
        public String source() {
            return "JDK";
        }

        @Override
        public Map<String, Supplier<ZoneRules>> zones() {
            var zones = new HashMap<String, Supplier<ZoneRules>>();
            for (var name : ZoneRulesProvider.getAvailableZoneIds()) {
                if (isZone(name)) {
                    zones.put(name, () -> ZoneRulesProvider.getRules(name, false));
                }
            }
            return zones;
        }
    }

    /// Compiled files in folders, as `zic` leaves them.
    record Directory(String version, String source, Path path) implements Release {
        private static final Path OPERATING_SYSTEM = Path.of("/usr/share/zoneinfo");

        static Directory at(Path path) {
            var version = versionIn(path)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "tz data needs a version in tzdata.zi or +VERSION, such as 2026f: " + path));
            return new Directory(version, path.toString(), path);
        }

        /// Empty where the system has none, or none that says how old it is.
        static Optional<Directory> operatingSystem() {
            return versionIn(OPERATING_SYSTEM)
                    .map(version -> new Directory(version, "operating system", OPERATING_SYSTEM));
        }

        private static Optional<String> versionIn(Path path) {
            return firstLine(path.resolve("tzdata.zi"))
                    .flatMap(line -> versionOf(line.replace("# version ", "")))
                    .or(() -> firstLine(path.resolve("+VERSION")).flatMap(Release::versionOf));
        }

        private static Optional<String> firstLine(Path file) {
            if (!Files.isReadable(file)) {
                return Optional.empty();
            }
            try (var lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                return Optional.ofNullable(lines.readLine());
            } catch (IOException unreadable) {
                return Optional.empty();
            }
        }

        @Override
        public Map<String, Supplier<ZoneRules>> zones() {
            try {
                var zones = new HashMap<String, Supplier<ZoneRules>>();
                readInto(zones, path, "");
                return zones;
            } catch (IOException unreadable) {
                throw new IllegalArgumentException("tz data cannot be read: " + path, unreadable);
            }
        }

        private static void readInto(Map<String, Supplier<ZoneRules>> zones, Path directory, String prefix)
                throws IOException {
            try (var children = Files.newDirectoryStream(directory)) {
                for (var child : children) {
                    var name = prefix + child.getFileName();
                    if (!isZone(name)) {
                        continue;
                    }
                    if (Files.isDirectory(child)) {
                        readInto(zones, child, name + "/");
                    } else if (Files.isRegularFile(child)) {
                        var file = Files.readAllBytes(child);
                        if (Tzif.isTzif(file)) {
                            zones.put(name, () -> Tzif.rules(file));
                        }
                    }
                }
            }
        }
    }

    /// Debian's compiled files in our jar, as a tar file that `bin/update-tzdata` makes.
    ///
    /// @param files compiled files by zone name
    /// @param links names of files by the other names that mean the same zone
    record Shipped(String version, Map<String, byte[]> files, Map<String, String> links) implements Release {
        private static final String RESOURCE = "/tzdata/zoneinfo.tar.gz";
        private static final int BLOCK = 512;

        static Shipped read() {
            try (var resource = Shipped.class.getResourceAsStream(RESOURCE)) {
                if (resource == null) {
                    throw new IllegalStateException("the jar lacks " + RESOURCE);
                }
                return read(new GZIPInputStream(resource, 1 << 16));
            } catch (IOException damaged) {
                throw new UncheckedIOException("the jar's " + RESOURCE + " is damaged", damaged);
            }
        }

        /// Reads the ustar format (POSIX.1-2017, pax, "ustar Interchange Format"): a header of 512 bytes
        /// per entry, then the content, filled up to whole blocks; an empty header ends it.
        private static Shipped read(InputStream tar) throws IOException {
            var files = new HashMap<String, byte[]>();
            var links = new HashMap<String, String>();
            var in = new ByteArrayInputStream(tar.readAllBytes());
            var header = in.readNBytes(BLOCK);
            while (header.length == BLOCK && header[0] != 0) {
                var name = text(header, 0, 100).substring("./".length());
                var size = Integer.parseInt(text(header, 124, 11), 8);
                switch (header[156]) {
                    case '0' -> files.put(name, in.readNBytes(size));
                    case '2' -> links.put(name, linked(name, text(header, 157, 100)));
                    default -> in.skipNBytes(size);
                }
                in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
                header = in.readNBytes(BLOCK);
            }
            var version = new String(files.getOrDefault("+VERSION", new byte[0]), StandardCharsets.US_ASCII);
            files.remove("+VERSION");
            return new Shipped(versionOf(version).orElseThrow(() -> new IOException("no +VERSION")), files, links);
        }

        /// A field of a header, which a zero byte may end early.
        private static String text(byte[] header, int from, int length) {
            var end = from;
            while (end < from + length && header[end] != 0) {
                end++;
            }
            return new String(header, from, end - from, StandardCharsets.US_ASCII);
        }

        private static String linked(String name, String target) {
            return Path.of(name).resolveSibling(target).normalize().toString().replace('\\', '/');
        }

        @Override
        public String source() {
            return "shipped";
        }

        @Override
        public Map<String, Supplier<ZoneRules>> zones() {
            var zones = new HashMap<String, Supplier<ZoneRules>>();
            files.forEach((name, file) -> zones.put(name, () -> Tzif.rules(file)));
            links.forEach((name, target) -> zones.put(name, zones.get(target)));
            return zones;
        }
    }

    private static Optional<String> versionOf(String line) {
        return Optional.of(line.strip()).filter(Names.VERSION.asMatchPredicate());
    }

    private static boolean isZone(String name) {
        var folder = name.indexOf('/') < 0 ? name : name.substring(0, name.indexOf('/'));
        return Names.ZONE.matcher(name).matches() && !Names.NO_PLACES.contains(folder);
    }

    /// Which names are releases and zones.
    final class Names {
        private static final Pattern VERSION = Pattern.compile("\\d{4}[a-z]{1,2}");
        private static final Pattern ZONE = Pattern.compile("[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*");
        /// `right` counts leap seconds, `posix` repeats the rest, and the others differ from machine to
        /// machine.
        /// The JDK alone still has `SystemV`.
        private static final Set<String> NO_PLACES =
                Set.of("posix", "right", "posixrules", "localtime", "Factory", "SystemV");

        private Names() {}
    }
}
