package reynard.mail;

/// The body encoding that leaves readable text readable (RFC 2045, 6.7).
///
/// A lone CR or LF becomes CRLF. A dot, or the F of `From `, at the start of a line is encoded, so that neither
/// dot-stuffing nor an old mailbox file has anything to change.
final class QuotedPrintable {
    /// How much room a line needs, with its end and with what is written in passing behind it.
    static final int LINE_ROOM = 96;

    private static final int LINE_MAX = 76;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};

    private final byte[] body;
    private int at;

    QuotedPrintable(byte[] body) {
        this.body = body;
    }

    boolean isFinished() {
        return at == body.length;
    }

    /// Writes the next line, with the line end or soft break that it has, into `out` from `start`; returns the end.
    int line(byte[] out, int start) {
        int end = start;
        // The last place of a line belongs to its CRLF or to the soft break's "=".
        int limit = start + LINE_MAX - 1;
        while (at < body.length) {
            if (end > start || !isRiskyAtLineStart()) {
                int copied = copied(out, end, limit);
                end += copied;
                if (copied > 0 && at == body.length) {
                    break;
                }
            }
            int octet = body[at] & 0xFF;
            if (octet == '\n' || octet == '\r') {
                at += octet == '\r' && at + 1 < body.length && body[at + 1] == '\n' ? 2 : 1;
                out[end++] = '\r';
                out[end++] = '\n';
                return end;
            }
            boolean literal = isLiteral(octet) && !(end == start && isRiskyAtLineStart());
            int room = endsLine(at + 1) ? limit + 1 : limit;
            if (end + (literal ? 1 : 3) > room) {
                out[end++] = '=';
                out[end++] = '\r';
                out[end++] = '\n';
                return end;
            }
            if (literal) {
                out[end++] = (byte) octet;
            } else {
                out[end++] = '=';
                out[end++] = HEX[octet >> 4];
                out[end++] = HEX[octet & 0xF];
            }
            at++;
        }
        return end;
    }

    /// Copies what stands for itself, as far as that is easily said: most of a body.
    ///
    /// @return how much it was
    private int copied(byte[] out, int from, int limit) {
        int end = from;
        while (end < limit && at <= body.length - Long.BYTES) {
            long eight = Octets.at(body, at);
            Octets.put(out, end, eight);
            int plain = Octets.plain(eight);
            if (plain < Long.BYTES || limit - end < Long.BYTES) {
                plain = Math.min(plain, limit - end);
                end += plain;
                at += plain;
                break;
            }
            end += Long.BYTES;
            at += Long.BYTES;
        }
        if (end > from && body[at - 1] == ' ' && endsLine(at)) {
            end--;
            at--;
        }
        return end - from;
    }

    /// White space stands for itself except at a line's end, where relays may strip it.
    private boolean isLiteral(int octet) {
        return (octet > ' ' && octet <= '~' && octet != '=') || ((octet == ' ' || octet == '\t') && !endsLine(at + 1));
    }

    private boolean endsLine(int place) {
        return place >= body.length || body[place] == '\n' || body[place] == '\r';
    }

    private boolean isRiskyAtLineStart() {
        return body[at] == '.' || (body[at] == 'F' && startsFrom());
    }

    private boolean startsFrom() {
        return at + 4 < body.length
                && body[at + 1] == 'r'
                && body[at + 2] == 'o'
                && body[at + 3] == 'm'
                && body[at + 4] == ' ';
    }
}
