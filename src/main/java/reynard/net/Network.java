package reynard.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/// A block of addresses, such as `10.0.0.0/8` or `2001:db8::/32`.
///
/// @param prefix 4 or 16 bytes
/// @param bits how many of them, from the first, an address of the block shares
public record Network(byte[] prefix, int bits) {
    private static final Pattern NUMBERS =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    public Network {
        prefix = prefix.clone();
        if (bits < 0 || bits > prefix.length * 8) {
            throw new IllegalArgumentException("bits must be 0 to " + prefix.length * 8 + ": " + bits);
        }
    }

    /// @param text an address and the length of its prefix; without a length, the one address
    /// @throws IllegalArgumentException when it is not that
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        var address = slash < 0 ? text : text.substring(0, slash);
        if (!NUMBERS.matcher(address).matches()) {
            throw new IllegalArgumentException("must be a network such as 10.0.0.0/8: " + text);
        }
        try {
            var bytes = InetAddress.getByName(address).getAddress();
            int most = bytes.length * 8;
            var length = slash < 0 ? Integer.toString(most) : text.substring(slash + 1);
            if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > most) {
                throw new IllegalArgumentException("must end in /0 to /" + most + ": " + text);
            }
            return new Network(bytes, Integer.parseInt(length));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("must be a network such as 10.0.0.0/8: " + text, e);
        }
    }

    public boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    public boolean contains(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(address, 0, whole, prefix, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || ((address[whole] ^ prefix[whole]) & 0xFF) >> (8 - rest) == 0;
    }
}
