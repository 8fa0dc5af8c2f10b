package reynard.signup;

import java.net.InetAddress;
import java.util.HexFormat;

/// Those whom limits take for one: 256 neighbours in IPv4, one subscriber line in IPv6.
final class Networks {
    private Networks() {}

    static String of(String address) {
        try {
            var bytes = InetAddress.ofLiteral(address.replaceAll("[\\[\\]]|%.*", ""))
                    .getAddress();
            return HexFormat.of().formatHex(bytes, 0, bytes.length == 4 ? 3 : 8);
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
