package reynard.db;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// The programs of PostgreSQL, unpacked once from the archive for this platform that the jar carries.
final class PostgresBinaries {
    /// The version in the jar. Data of another major version is refused.
    static final String VERSION = "17.5";

    static final String MAJOR_VERSION = VERSION.substring(0, VERSION.indexOf('.'));

    private final Path folder;

    private PostgresBinaries(Path folder) {
        this.folder = folder;
    }

    /// Finds the programs in a folder below `parent`, which is created, or unpacks them there (60 MB).
    ///
    /// The folder appears by a rename when all its files are on the disk, so that a crash leaves no half of it.
    static PostgresBinaries unpackedIn(Path parent) throws IOException {
        var platform = platform();
        var folder = parent.resolve("postgresql-" + VERSION + "-" + platform);
        if (Files.notExists(folder)) {
            unpack(platform, parent, folder);
        }
        return new PostgresBinaries(folder);
    }

    /// The path of `initdb`, `pg_ctl` or `postgres`.
    String program(String name) {
        return folder.resolve("bin").resolve(name).toString();
    }

    private static String platform() {
        var name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        var system = name.startsWith("mac") ? "darwin" : name;
        var processor = switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64" -> "arm_64";
            case String other -> other;
        };
        // The archive for Linux needs glibc.
        var libc = Files.exists(Path.of("/etc/alpine-release")) ? "-alpine" : "";
        return system + "-" + processor + libc;
    }

    private static void unpack(String platform, Path parent, Path folder) throws IOException {
        try (var archive = PostgresBinaries.class.getResourceAsStream("/postgres-" + platform + ".txz")) {
            if (archive == null) {
                throw new EmbeddedDatabase.Unavailable("no PostgreSQL for " + platform
                        + " is built in: start one yourself and name it in REYNARD_DATABASE_URL");
            }
            var unfinished = Files.createTempDirectory(parent, folder.getFileName() + ".new-");
            unpack(archive, unfinished);
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            renameUnlessThere(unfinished, folder);
        }
    }

    private static void unpack(InputStream archive, Path into) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(archive))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var path = into.resolve(entry.getName()).normalize();
                if (!path.startsWith(into)) {
                    throw new IOException("an archive entry that leaves its folder: " + entry.getName());
                }
                unpack(entry, tar, path);
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, TarArchiveInputStream tar, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        try (var file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            tar.transferTo(Channels.newOutputStream(file));
            file.force(false);
        }
        var executable = (entry.getMode() & 0b001_000_000) != 0;
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static void renameUnlessThere(Path unfinished, Path folder) throws IOException {
        try {
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (Files.notExists(folder)) {
                throw e;
            }
            // Another process was faster, with the same files.
            Folders.delete(unfinished);
        }
    }
}
