package reynard.delivery;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import reynard.account.Secrets;

/// What tells one message from another that is much the same: octets to add and stretches to copy, as in RFC 3284, but
/// found line by line, since what differs from reader to reader seldom spoils more than its own line.
///
/// A delta is a row of instructions: how many octets to add, these, from where to copy, and how many; each number seven
/// bits at a time, the lowest first.
final class Delta {
    /// Less is not worth an instruction.
    private static final int COPY_MIN = 16;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Delta() {}

    /// A message that others are told from.
    static final class Source {
        private final String id;
        private final byte[] bytes;
        /// Where its lines begin, and what each begins with.
        private final int[] lines;

        private final long[] beginnings;

        Source(byte[] bytes) {
            this.id = HexFormat.of().formatHex(Secrets.sha256(bytes));
            this.bytes = bytes.clone();
            var starts = new int[bytes.length + 1];
            int count = 0;
            for (int at = 0; at + Long.BYTES <= bytes.length; at = lineAfter(bytes, at)) {
                starts[count++] = at;
            }
            this.lines = Arrays.copyOf(starts, count);
            this.beginnings = Arrays.stream(lines).mapToLong(this::beginning).toArray();
        }

        private long beginning(int at) {
            return (long) LONGS.get(bytes, at);
        }

        /// The SHA-256 of its octets, in hexadecimal digits.
        String id() {
            return id;
        }

        byte[] bytes() {
            return bytes.clone();
        }

        /// How a message differs from this one.
        byte[] delta(byte[] message) {
            var out = new ByteArrayOutputStream(1024);
            int added = 0;
            int from = 0;
            int line = 0;
            for (int at = 0; at < message.length; ) {
                int same = Arrays.mismatch(bytes, from, bytes.length, message, at, message.length);
                same = same < 0 ? message.length - at : same;
                if (same >= COPY_MIN) {
                    instruct(out, message, added, at, from, same);
                    at += same;
                    added = at;
                    while (line < lines.length && lines[line] < from + same) {
                        line++;
                    }
                }
                // On with the next line that both have.
                int found = -1;
                while (found < 0 && at < message.length) {
                    at = lineAfter(message, at);
                    found = lineLike(message, at, line);
                }
                if (found >= 0) {
                    line = found;
                    from = lines[found];
                }
            }
            if (added < message.length) {
                instruct(out, message, added, message.length, 0, 0);
            }
            return out.toByteArray();
        }

        /// A line of this one, from `line` on, that begins as the message does there; -1 when none does.
        private int lineLike(byte[] message, int at, int line) {
            if (at + Long.BYTES > message.length) {
                return -1;
            }
            long beginning = (long) LONGS.get(message, at);
            for (int i = line; i < lines.length; i++) {
                if (beginnings[i] == beginning) {
                    return i;
                }
            }
            return -1;
        }

        private static void instruct(
                ByteArrayOutputStream out, byte[] message, int added, int until, int from, int copied) {
            number(out, until - added);
            out.write(message, added, until - added);
            number(out, from);
            number(out, copied);
        }

        private static void number(ByteArrayOutputStream out, int number) {
            int rest = number;
            while (rest >= 0x80) {
                out.write((rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            out.write(rest);
        }
    }

    private static int lineAfter(byte[] bytes, int at) {
        int end = at;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return Math.min(end + 1, bytes.length);
    }

    /// The message that a delta was made of.
    ///
    /// @param source the octets of the source that it was told from
    /// @throws IllegalArgumentException when it is no delta of this source
    static byte[] apply(byte[] source, byte[] delta) {
        try {
            var out = new ByteArrayOutputStream(source.length + delta.length);
            var reader = new Reader(delta);
            while (reader.at < delta.length) {
                int added = reader.number();
                out.write(delta, reader.at, added);
                reader.at += added;
                int from = reader.number();
                out.write(source, from, reader.number());
            }
            return out.toByteArray();
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("not a delta of this source", e);
        }
    }

    private static final class Reader {
        private final byte[] delta;
        private int at;

        private Reader(byte[] delta) {
            this.delta = delta;
        }

        private int number() {
            int number = 0;
            int shift = 0;
            byte octet;
            do {
                octet = delta[at++];
                number |= (octet & 0x7F) << shift;
                shift += 7;
            } while (octet < 0);
            return number;
        }
    }
}
