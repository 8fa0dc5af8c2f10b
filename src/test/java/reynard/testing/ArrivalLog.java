package reynard.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// What a [FakeSmtp] has accepted, on disk before the client is told, and what it saw break off.
///
/// A line each: `arrived <id> <SHA-256 of the bytes> <recipient>`, `broke <id>` for a message that was asked for and
/// whose end or answer did not get through, and `era <number>` between one life of the server under test and the next.
/// Ids of what arrived are Message-IDs without their brackets. Safe for many threads, which share the syncs.
public final class ArrivalLog implements AutoCloseable {
    /// One line.
    public sealed interface Entry {
        record Arrived(String id, String digest, String recipient) implements Entry {}

        record Broke(String id) implements Entry {}

        record Era(int number) implements Entry {}
    }

    private final Path file;
    private final FileChannel channel;
    private final Object syncing = new Object();
    private long written;
    private long synced;

    private ArrivalLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// An empty one; what was in the file is gone.
    public static ArrivalLog in(Path file) {
        try {
            return new ArrivalLog(
                    file,
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void arrived(FakeSmtp.Received received) throws IOException {
        var id = id(received);
        var digest = HexFormat.of().formatHex(sha256().digest(received.content().getBytes(ISO_8859_1)));
        sync(write("arrived " + id + " " + digest + " " + received.recipient()));
    }

    /// @param id of the message's envelope: what its Message-ID begins with
    void broke(String id) throws IOException {
        if (!id.isEmpty()) {
            write("broke " + id);
        }
    }

    /// The server under test has ended, and what comes from now on is its next life's.
    public void era(int number) {
        try {
            sync(write("era " + number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String id(FakeSmtp.Received received) {
        return received.header("Message-ID").replaceAll("[<>]", "");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /// @return how many bytes must be synced for this line to be on disk
    private synchronized long write(String line) throws IOException {
        var bytes = (line + "\n").getBytes(UTF_8);
        written += channel.write(ByteBuffer.wrap(bytes));
        return written;
    }

    private synchronized long written() {
        return written;
    }

    private void sync(long end) throws IOException {
        synchronized (syncing) {
            if (synced < end) {
                long reached = written();
                channel.force(false);
                synced = reached;
            }
        }
    }

    /// What is in the file, in order.
    public List<Entry> entries() {
        try {
            var entries = new ArrayList<Entry>();
            for (var line : Files.readAllLines(file)) {
                var words = line.split(" ", -1);
                entries.add(
                        switch (words[0]) {
                            case "arrived" -> new Entry.Arrived(words[1], words[2], words[3]);
                            case "broke" -> new Entry.Broke(words[1]);
                            case "era" -> new Entry.Era(Integer.parseInt(words[1]));
                            default -> throw new IllegalStateException("not a line of this log: " + line);
                        });
            }
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
