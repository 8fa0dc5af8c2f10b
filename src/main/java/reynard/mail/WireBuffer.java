package reynard.mail;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that grow at the end; the composer's paper.
final class WireBuffer {
    private static final int LINE_MAX = 78;

    private byte[] bytes;
    private int size;

    WireBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    WireBuffer append(String text) {
        return append(text.getBytes(StandardCharsets.UTF_8));
    }

    private WireBuffer append(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
        return this;
    }

    WireBuffer appendQuotedPrintable(String text) {
        var body = new QuotedPrintable(text.getBytes(StandardCharsets.UTF_8));
        while (!body.isFinished()) {
            reserve(QuotedPrintable.LINE_ROOM);
            size = body.line(bytes, size);
        }
        return this;
    }

    /// One header field, folded at its spaces into lines of at most 78 octets wherever there is a space to fold
    /// at (RFC 5322, 2.2.3).
    WireBuffer appendHeader(String name, String value) {
        var line = (name + ": " + value + "\r\n").getBytes(StandardCharsets.UTF_8);
        if (line.length <= LINE_MAX + 2 && !value.isEmpty() && value.charAt(0) != ' ') {
            return append(line);
        }
        append(name).append(":");
        int column = name.length() + 1;
        for (int start = 0; start < value.length(); ) {
            int wordStart = start;
            while (wordStart < value.length() && value.charAt(wordStart) == ' ') {
                wordStart++;
            }
            int space = value.indexOf(' ', wordStart);
            int end = space < 0 ? value.length() : space;
            var word = value.substring(wordStart, end);
            int before = size;
            if (column + Math.max(1, wordStart - start) + word.length() > LINE_MAX) {
                append("\r\n");
                before = size;
                column = 0;
            }
            // The first word has no space of its own in front: the one after the colon is ours.
            append(start == 0 ? " " : value.substring(start, wordStart)).append(word);
            column += size - before;
            start = end;
        }
        return append("\r\n");
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length * 2));
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }
}
