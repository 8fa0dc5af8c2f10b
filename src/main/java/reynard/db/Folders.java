package reynard.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Objects;
import java.util.function.Consumer;

/// What `java.nio.file` lacks for folders whose content must survive a power cut.
final class Folders {
    private Folders() {}

    /// Removes a folder and all it holds; links are removed, not followed.
    static void delete(Path folder) throws IOException {
        walk(folder, path -> {
            try {
                Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// Gives a folder and all it holds to the user with this number; only root can.
    static void give(Path folder, int user) throws IOException {
        walk(folder, path -> {
            try {
                Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// Waits until the names in a folder are on the disk (a file's own `fsync` does not promise its name).
    static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Writes a small file that only its owner may read; it is on the disk afterwards, the old one or the new one
    /// whole.
    static void writeSecret(Path file, String content) throws IOException {
        var unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        Files.createFile(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(unfinished, content, StandardOpenOption.SYNC);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        sync(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    }

    private static void walk(Path folder, Consumer<Path> action) throws IOException {
        try (var paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(action);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
