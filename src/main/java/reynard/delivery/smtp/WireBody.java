package reynard.delivery.smtp;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import reynard.mail.Octets;

/// A message as it goes between DATA and the final dot: CRLF line ends only, each line that begins with a dot
/// given another one (RFC 5321, 4.5.2), the last line without its end, which belongs to the dot.
///
/// A message from our own composer needs none of this; then `bytes` is that array, not a copy.
final class WireBody {
    private static final int LINE_MAX = 998;

    private final byte[] bytes;
    private final int length;
    private final boolean eightBitHeader;
    private final boolean eightBitBody;

    private WireBody(byte[] bytes, int length, boolean eightBitHeader, boolean eightBitBody) {
        this.bytes = bytes;
        this.length = length;
        this.eightBitHeader = eightBitHeader;
        this.eightBitBody = eightBitBody;
    }

    /// @throws IllegalArgumentException if a line has more than 998 octets: the composer's fault, not the
    /// relay's
    static WireBody of(byte[] message) {
        boolean clean = true;
        boolean inHeader = true;
        boolean eightBitHeader = false;
        boolean eightBitBody = false;
        for (int at = 0; at < message.length; ) {
            int end = plainEnd(message, at);
            int octets = 0;
            while (end < message.length && message[end] != '\r' && message[end] != '\n') {
                octets |= message[end++];
            }
            if (end - at > LINE_MAX) {
                throw new IllegalArgumentException("a line of the message has more than 998 octets");
            }
            eightBitHeader |= octets < 0 && inHeader;
            eightBitBody |= octets < 0 && !inHeader;
            clean &= end == at || message[at] != '.';
            if (end == message.length) {
                break;
            }
            boolean crlf = message[end] == '\r' && end + 1 < message.length && message[end + 1] == '\n';
            clean &= crlf;
            inHeader &= end > at;
            at = end + (crlf ? 2 : 1);
        }
        var wire = clean ? message : stuffed(message);
        int length = endsWithCrlf(wire) ? wire.length - 2 : wire.length;
        return new WireBody(wire, length, eightBitHeader, eightBitBody);
    }

    /// Up to where a line goes on in ASCII; the message's last few octets are not looked at.
    private static int plainEnd(byte[] message, int from) {
        int at = from;
        while (at <= message.length - Long.BYTES) {
            int inside = Octets.insideLine(Octets.at(message, at));
            if (inside < Long.BYTES) {
                return at + inside;
            }
            at += Long.BYTES;
        }
        return at;
    }

    private static byte[] stuffed(byte[] message) {
        var out = new ByteArrayOutputStream(message.length + 256);
        boolean lineStart = true;
        for (int i = 0; i < message.length; i++) {
            byte octet = message[i];
            if (octet == '\r' || octet == '\n') {
                out.write('\r');
                out.write('\n');
                i += octet == '\r' && i + 1 < message.length && message[i + 1] == '\n' ? 1 : 0;
                lineStart = true;
                continue;
            }
            if (lineStart && octet == '.') {
                out.write('.');
            }
            out.write(octet);
            lineStart = false;
        }
        return out.toByteArray();
    }

    private static boolean endsWithCrlf(byte[] wire) {
        return wire.length >= 2 && Arrays.equals(wire, wire.length - 2, wire.length, new byte[] {'\r', '\n'}, 0, 2);
    }

    byte[] bytes() {
        return bytes;
    }

    /// How many of the bytes to send.
    int length() {
        return length;
    }

    /// Those bytes, and the end of the message.
    byte[] ending(byte[] end) {
        var whole = Arrays.copyOf(bytes, length + end.length);
        System.arraycopy(end, 0, whole, length, end.length);
        return whole;
    }

    /// Whether a header is beyond ASCII, so that only SMTPUTF8 will do (RFC 6532).
    boolean hasEightBitHeader() {
        return eightBitHeader;
    }

    /// Whether the content is, so that 8BITMIME must be there (RFC 6152).
    boolean hasEightBitBody() {
        return eightBitBody;
    }
}
