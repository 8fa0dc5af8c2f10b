package reynard.webhook;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import reynard.net.Network;

/// Which addresses may be posted to: public ones, and those of the networks that the operator has listed.
///
/// @param listed networks of the operator's own
public record Reach(List<Network> listed) {
    /// Public addresses and no others.
    public static final Reach PUBLIC = new Reach(List.of());

    // The registries of special-purpose addresses (RFC 6890, IANA), and multicast.
    private static final List<Network> SPECIAL_4 = networks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");
    // Of all of IPv6 only this block is in use as public unicast, without those that carry or document something.
    private static final Network PUBLIC_6 = Network.parse("2000::/3");
    private static final List<Network> SPECIAL_6 =
            networks("2001::/23", "2001:db8::/32", "2002::/16", "3ffe::/16", "3fff::/20");
    // An address of IPv4 that a gateway speaks IPv6 for (RFC 6052).
    private static final Network TRANSLATED = Network.parse("64:ff9b::/96");

    public Reach {
        listed = List.copyOf(listed);
    }

    private static List<Network> networks(String... texts) {
        return Stream.of(texts).map(Network::parse).toList();
    }

    /// @param text networks, separated by commas
    /// @throws IllegalArgumentException when one is malformed
    public static Reach parse(String text) {
        return new Reach(Stream.of(text.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(Network::parse)
                .toList());
    }

    public boolean allows(InetAddress address) {
        var bytes = address.getAddress();
        return listed.stream().anyMatch(network -> network.contains(bytes)) || isPublic(bytes);
    }

    private boolean isPublic(byte[] bytes) {
        if (bytes.length == 4) {
            return SPECIAL_4.stream().noneMatch(network -> network.contains(bytes));
        }
        if (TRANSLATED.contains(bytes)) {
            var inner = Arrays.copyOfRange(bytes, 12, 16);
            return SPECIAL_4.stream().noneMatch(network -> network.contains(inner));
        }
        return PUBLIC_6.contains(bytes) && SPECIAL_6.stream().noneMatch(network -> network.contains(bytes));
    }
}
