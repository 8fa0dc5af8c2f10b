package reynard.mail;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Eight octets of an array at a time, as one number whose lowest byte is the first of them: for what looks at every
/// octet of every email.
public final class Octets {
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final long TOP_OF_EACH = 0x8080_8080_8080_8080L;

    private Octets() {}

    /// The eight from `at` on; there must be as many.
    public static long at(byte[] octets, int at) {
        return (long) EIGHT.get(octets, at);
    }

    /// Writes eight from `at` on; there must be room for as many.
    static void put(byte[] octets, int at, long eight) {
        EIGHT.set(octets, at, eight);
    }

    /// How many of the eight come before the first that is CR, LF or beyond ASCII.
    public static int insideLine(long eight) {
        return before(eight | below(1, eight ^ '\r' * EACH) | below(1, eight ^ '\n' * EACH));
    }

    /// How many of the eight come before the first that is neither printable ASCII nor a space, or is a `=`.
    static int plain(long eight) {
        return before(eight | below(' ', eight) | below(1, eight ^ '=' * EACH) | below(1, eight ^ 0x7F * EACH));
    }

    /// Has the top bit of the first octet set that is less than `limit`; of those behind it, it says nothing. Octets
    /// beyond ASCII do not count.
    private static long below(int limit, long eight) {
        return (eight - limit * EACH) & ~eight;
    }

    private static int before(long tops) {
        long found = tops & TOP_OF_EACH;
        return found == 0 ? Long.BYTES : Long.numberOfTrailingZeros(found) / Byte.SIZE;
    }
}
