package reynard.tzdata;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;

/// Reads compiled zones: the Time Zone Information Format, version 2 or newer (RFC 9636).
final class Tzif {
    private static final int MAGIC = 0x545A6966;
    private static final int HEADER_BYTES = 44;
    private static final int UNUSED_BYTES = 15;

    private Tzif() {}

    static boolean isTzif(byte[] file) {
        return file.length >= HEADER_BYTES && ByteBuffer.wrap(file).getInt() == MAGIC;
    }

    /// The rules in a file: its changes, and the rule of its footer after them.
    ///
    /// @throws IllegalArgumentException if the file has no 64-bit block, counts leap seconds, or ends in a
    ///     rule that [Footer] cannot express
    /// @throws RuntimeException in other ways if the file is damaged
    static ZoneRules rules(byte[] file) {
        var in = ByteBuffer.wrap(file);
        // The first block is for readers that know 32 bits only.
        var first = Header.read(in);
        if (first.version < '2') {
            throw new IllegalArgumentException("TZif version must be 2 or newer: " + first.version);
        }
        in.position(in.position() + first.bodyBytes(4));
        var header = Header.read(in);
        if (header.leapSeconds > 0) {
            throw new IllegalArgumentException("leap seconds must not be counted: " + header.leapSeconds);
        }
        return rules(header, in);
    }

    private static ZoneRules rules(Header header, ByteBuffer in) {
        var times = new long[header.changes];
        in.asLongBuffer().get(times);
        var typeOf = new byte[header.changes];
        in.get(in.position() + 8 * header.changes, typeOf);
        var types = readTypes(header, in.slice(in.position() + 9 * header.changes, 6 * header.types));
        in.position(in.position() + header.bodyBytes(8));
        var footer = StandardCharsets.US_ASCII.decode(in).toString().strip();

        var changes = new ArrayList<ZoneOffsetTransition>();
        var standardChanges = new ArrayList<ZoneOffsetTransition>();
        // Before the first change the first type holds (RFC 9636, 3.2).
        var wall = types.getFirst().offset;
        var standard = wall;
        for (var i = 0; i < times.length; i++) {
            var type = types.get(Byte.toUnsignedInt(typeOf[i]));
            if (!type.summer) {
                standard = change(standardChanges, times[i], standard, type.offset);
            }
            wall = change(changes, times[i], wall, type.offset);
        }
        var yearly = Footer.rules(footer);
        if (changes.isEmpty() && !yearly.isEmpty()) {
            // ZoneRules would pass over the yearly rule, and be wrong in silence.
            throw new IllegalArgumentException("a yearly rule must follow a change: " + footer);
        }
        var start = types.getFirst().offset;
        return ZoneRules.of(start, start, standardChanges, changes, yearly);
    }

    /// Adds the change unless only a name changes; returns the offset that holds after it.
    private static ZoneOffset change(
            List<ZoneOffsetTransition> changes, long second, ZoneOffset before, ZoneOffset after) {
        if (!after.equals(before)) {
            changes.add(ZoneOffsetTransition.of(LocalDateTime.ofEpochSecond(second, 0, before), before, after));
        }
        return after;
    }

    private static List<Type> readTypes(Header header, ByteBuffer in) {
        var types = new ArrayList<Type>();
        for (var i = 0; i < header.types; i++) {
            types.add(new Type(ZoneOffset.ofTotalSeconds(in.getInt()), in.get() != 0));
            in.get(); // Where its abbreviation stands.
        }
        return types;
    }

    /// A local time type (RFC 9636, 3.2).
    private record Type(ZoneOffset offset, boolean summer) {}

    /// The counts before each block, in the order of RFC 9636, 3.1.
    private record Header(
            int version, int utIndicators, int standardIndicators, int leapSeconds, int changes, int types, int chars) {

        static Header read(ByteBuffer in) {
            if (in.getInt() != MAGIC) {
                throw new IllegalArgumentException("not a TZif file");
            }
            var version = in.get();
            in.position(in.position() + UNUSED_BYTES);
            return new Header(version, in.getInt(), in.getInt(), in.getInt(), in.getInt(), in.getInt(), in.getInt());
        }

        int bodyBytes(int timeBytes) {
            return changes * (timeBytes + 1)
                    + types * 6
                    + chars
                    + leapSeconds * (timeBytes + 4)
                    + standardIndicators
                    + utIndicators;
        }
    }
}
