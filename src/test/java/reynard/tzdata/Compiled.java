package reynard.tzdata;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Writes small compiled zones (RFC 9636) for tests.
final class Compiled {
    private Compiled() {}

    /// A zone without changes.
    static byte[] zone(String footer, int offset) {
        return zone('2', footer, new long[0], new int[] {offset});
    }

    /// A zone whose first offset holds until the first time, the second until the second, and so on.
    static byte[] zone(char version, String footer, long[] times, int[] offsets) {
        var file = ByteBuffer.allocate(4_096);
        header(file, version, 0, 1);
        file.putInt(0).put((byte) 0).put((byte) 0).put((byte) 0);
        header(file, version, times.length, offsets.length);
        Arrays.stream(times).forEach(file::putLong);
        for (var i = 1; i <= times.length; i++) {
            file.put((byte) i);
        }
        for (var offset : offsets) {
            file.putInt(offset).put((byte) 0).put((byte) 0);
        }
        file.put((byte) 0).put(("\n" + footer + "\n").getBytes(US_ASCII));
        return Arrays.copyOf(file.array(), file.position());
    }

    private static void header(ByteBuffer file, char version, int times, int types) {
        file.put("TZif".getBytes(US_ASCII)).put((byte) version).put(new byte[15]);
        file.putInt(0).putInt(0).putInt(0).putInt(times).putInt(types).putInt(1);
    }
}
