package reynard.mail;

/// The body encoding that leaves readable text readable (RFC 2045, 6.7).
///
/// A lone CR or LF becomes CRLF. A dot, or the F of `From `, at the start of a line is encoded, so that neither
/// dot-stuffing nor an old mailbox file has anything to change.
final class QuotedPrintable {
    private static final int LINE_MAX = 76;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    /// For each byte, whether it may stand for itself anywhere in a line.
    private static final boolean[] LITERAL = new boolean[256];

    static {
        for (int octet = '!'; octet <= '~'; octet++) {
            LITERAL[octet] = octet != '=';
        }
    }

    private QuotedPrintable() {}

    /// How many bytes `length` bytes can become: three each, and a soft break after every 25 of them.
    static int lengthMax(int length) {
        return Math.addExact(Math.multiplyExact(length, 3), length / 8 + 8);
    }

    /// Encodes `body` into `out` from `at`, where there is room for the longest outcome; returns the end.
    static int encode(byte[] body, byte[] out, int at) {
        int end = at;
        int column = 0;
        for (int i = 0; i < body.length; i++) {
            int octet = body[i] & 0xFF;
            boolean literal = LITERAL[octet] || isInnerSpace(octet, body, i);
            if (literal && column > 0 && column < LINE_MAX - 1) {
                out[end++] = (byte) octet;
                column++;
                continue;
            }
            if (octet == '\n' || octet == '\r') {
                out[end++] = '\r';
                out[end++] = '\n';
                column = 0;
                i += octet == '\r' && i + 1 < body.length && body[i + 1] == '\n' ? 1 : 0;
                continue;
            }
            // The last place of a line belongs to its CRLF or to the soft break's "=".
            int room = endsLine(body, i + 1) ? LINE_MAX : LINE_MAX - 1;
            if (column + (literal ? 1 : 3) > room) {
                out[end++] = '=';
                out[end++] = '\r';
                out[end++] = '\n';
                column = 0;
            }
            if (literal && !(column == 0 && isRiskyAtLineStart(octet, body, i))) {
                out[end++] = (byte) octet;
                column++;
            } else {
                out[end++] = '=';
                out[end++] = HEX[octet >> 4];
                out[end++] = HEX[octet & 0xF];
                column += 3;
            }
        }
        return end;
    }

    /// White space stands for itself except at a line's end, where relays may strip it.
    private static boolean isInnerSpace(int octet, byte[] body, int at) {
        return (octet == ' ' || octet == '\t') && !endsLine(body, at + 1);
    }

    private static boolean endsLine(byte[] body, int at) {
        return at >= body.length || body[at] == '\n' || body[at] == '\r';
    }

    private static boolean isRiskyAtLineStart(int octet, byte[] body, int at) {
        return octet == '.' || (octet == 'F' && startsFrom(body, at));
    }

    private static boolean startsFrom(byte[] body, int at) {
        return at + 4 < body.length
                && body[at + 1] == 'r'
                && body[at + 2] == 'o'
                && body[at + 3] == 'm'
                && body[at + 4] == ' ';
    }
}
