package reynard.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server's classes as processes start with them: in a jar, and with a cache of what one start has loaded and
/// linked (`-XX:AOTCache`), which halves the computing time of each further start.
///
/// Made once for these classes, by one process at a time, and kept in `target/server-process` under a name that
/// changes with them. Whoever finds none, or somebody at it, starts by the class path as it is: slower, and the same.
final class ServerImage {
    private static final Logger LOG = LoggerFactory.getLogger(ServerImage.class);
    private static final Path FOLDER = Path.of("target", "server-process");
    private static final String MAIN = "reynard/cli/Main.class";
    /// Of other classes; nobody starts by them any more.
    private static final Duration KEPT = Duration.ofHours(1);

    /// What a server is started with, be it to make the cache or to use it: one fits the other only so.
    static final List<String> TUNING = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static Optional<ServerImage> image = Optional.empty();
    private static boolean tried;

    private final String name;
    private final List<Path> libraries;
    private final Path classes;

    private ServerImage(Path classes, List<Path> libraries) throws IOException {
        this.classes = classes;
        this.libraries = libraries;
        this.name = fingerprint();
    }

    /// One start of a server by which the cache is made: it waits until the server answers, and ends it in order.
    @FunctionalInterface
    interface Rehearsal {
        /// @param options of Java
        void run(List<String> options) throws IOException;
    }

    /// The options of Java that say which classes there are, and how they are loaded.
    ///
    /// @param rehearsal is run if there is no cache yet
    static synchronized List<String> options(Rehearsal rehearsal) {
        if (!tried) {
            tried = true;
            try {
                image = find(System.getProperty("java.class.path")).filter(found -> found.isMade(rehearsal));
            } catch (IOException e) {
                LOG.warn("servers start without a cache", e);
            }
        }
        return image.map(made -> made.options("-XX:AOTCache=" + made.cache()))
                .orElseGet(() -> List.of("-cp", System.getProperty("java.class.path")));
    }

    private static Optional<ServerImage> find(String classPath) throws IOException {
        var libraries = new ArrayList<Path>();
        @Nullable Path classes = null;
        for (var entry : classPath.split(File.pathSeparator)) {
            var path = Path.of(entry).toAbsolutePath();
            if (Files.isRegularFile(path)) {
                libraries.add(path);
            } else if (Files.exists(path.resolve(MAIN))) {
                classes = path;
            }
        }
        return classes == null ? Optional.empty() : Optional.of(new ServerImage(classes, libraries));
    }

    /// Another for each change of a class, a library or the Java that runs them.
    private String fingerprint() throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((System.getProperty("java.vm.version") + TUNING).getBytes(UTF_8));
            for (var library : libraries) {
                digest.update((library + " " + Files.size(library) + " " + Files.getLastModifiedTime(library))
                        .getBytes(UTF_8));
            }
            for (var file : files()) {
                digest.update(classes.relativize(file).toString().getBytes(UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(classes)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private Path jar() {
        return FOLDER.resolve(name + ".jar").toAbsolutePath();
    }

    private Path cache() {
        return FOLDER.resolve(name + ".aot").toAbsolutePath();
    }

    private List<String> options(String caching) {
        var classPath = new ArrayList<>(List.of(jar().toString()));
        libraries.forEach(library -> classPath.add(library.toString()));
        return List.of(caching, "-cp", String.join(File.pathSeparator, classPath));
    }

    private boolean isMade(Rehearsal rehearsal) {
        try {
            Files.createDirectories(FOLDER);
            if (Files.exists(cache())) {
                return true;
            }
            try (var channel = FileChannel.open(
                            FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.tryLock()) {
                return lock != null && (Files.exists(cache()) || make(rehearsal));
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("servers start without a cache", e);
            return false;
        }
    }

    private boolean make(Rehearsal rehearsal) throws IOException {
        removeOld();
        pack();
        var unfinished = FOLDER.resolve(name + ".part").toAbsolutePath();
        rehearsal.run(options("-XX:AOTCacheOutput=" + unfinished));
        if (!Files.exists(unfinished)) {
            return false;
        }
        Files.move(unfinished, cache(), StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private static void removeOld() throws IOException {
        var oldest = InstantSource.system().instant().minus(KEPT);
        try (var all = Files.list(FOLDER)) {
            for (var file : all.toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(oldest)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /// A cache is of jars alone.
    private void pack() throws IOException {
        try (var jar = new JarOutputStream(Files.newOutputStream(jar()))) {
            jar.setLevel(0);
            for (var file : files()) {
                jar.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
    }
}
