package reynard.delivery.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;

/// Replies, one by one, from a relay that may send anything at all. Memory stays bounded: of each line 4 KB are
/// kept, and a reply of more than 64 KB is a fault.
final class ReplyReader {
    private static final int LINE_KEPT = 4096;
    private static final int REPLY_MAX = 64 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[4096];
    private final byte[] line = new byte[LINE_KEPT];
    private int position;
    private int limit;

    ReplyReader(InputStream in) {
        this.in = in;
    }

    /// The next reply, all its lines. Its code is that of the last line.
    ///
    /// @throws EOFException if the relay has closed the line
    /// @throws ProtocolException if what came is no reply
    Reply read() throws IOException {
        var text = new StringBuilder();
        int left = REPLY_MAX;
        while (true) {
            int length = 0;
            int octet;
            while ((octet = next()) != '\n') {
                if (--left < 0) {
                    throw new ProtocolException("a reply of more than 64 KB");
                }
                if (length < LINE_KEPT) {
                    line[length++] = (byte) octet;
                }
            }
            length -= length > 0 && line[length - 1] == '\r' ? 1 : 0;
            int code = code(length);
            if (!text.isEmpty()) {
                text.append('\n');
            }
            append(text, length);
            if (length == 3 || line[3] == ' ') {
                return Reply.of(code, text.toString());
            }
        }
    }

    /// Whether bytes have come that nobody asked for.
    boolean hasUnread() throws IOException {
        return position < limit || in.available() > 0;
    }

    private int next() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(buffer));
            if (limit == 0) {
                throw new EOFException("the relay closed the connection");
            }
        }
        return buffer[position++];
    }

    private int code(int length) throws ProtocolException {
        boolean wellFormed = length >= 3
                && line[0] >= '2'
                && line[0] <= '5'
                && isDigit(line[1])
                && isDigit(line[2])
                && (length == 3 || line[3] == ' ' || line[3] == '-');
        if (!wellFormed) {
            throw new ProtocolException("not an SMTP reply");
        }
        return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    /// NUL and other controls would trouble whoever stores or shows the text.
    private void append(StringBuilder text, int length) {
        var part = length <= 4 ? "" : new String(line, 4, length - 4, StandardCharsets.UTF_8);
        for (int i = 0; i < part.length(); i++) {
            text.append(Character.isISOControl(part.charAt(i)) ? ' ' : part.charAt(i));
        }
    }
}
