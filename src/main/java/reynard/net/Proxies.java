package reynard.net;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The proxies before this server that are believed when they say whose request they hand on (`X-Forwarded-For`).
public record Proxies(List<Network> trusted) {
    /// Nobody is believed.
    public static final Proxies NONE = new Proxies(List.of());

    private static final int HOPS_MAX = 20;

    public Proxies {
        trusted = List.copyOf(trusted);
    }

    /// @param text networks, separated by commas
    /// @throws IllegalArgumentException when one is malformed
    public static Proxies parse(String text) {
        return new Proxies(Stream.of(text.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(Network::parse)
                .toList());
    }

    /// Whether the other end of a connection is one of them.
    public boolean include(String address) {
        return literal(address).filter(this::include).isPresent();
    }

    private boolean include(InetAddress address) {
        return trusted.stream().anyMatch(network -> network.contains(address));
    }

    /// Who has made a request: the last one whom no trusted proxy speaks for. Each proxy adds whom it has it from at
    /// the end, so the header is read from there, and only as far as those go who are believed; what a stranger has
    /// written before is not looked at.
    ///
    /// @param peer the other end of the connection
    /// @param forwardedFor the values of the header `X-Forwarded-For`, in their order
    /// @return an address, without brackets, zone and port
    public String client(String peer, List<String> forwardedFor) {
        var address = literal(peer);
        if (address.isEmpty() || forwardedFor.isEmpty() || trusted.isEmpty()) {
            return address.map(InetAddress::getHostAddress).orElse(peer);
        }
        var last = address.get();
        var hops = forwardedFor.stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .toList()
                .reversed();
        for (var hop : hops.subList(0, Math.min(hops.size(), HOPS_MAX))) {
            if (!include(last)) {
                break;
            }
            var before = literal(withoutPort(hop.strip()));
            if (before.isEmpty()) {
                break;
            }
            last = before.get();
        }
        return last.getHostAddress();
    }

    /// `192.0.2.1:4711` and `[2001:db8::1]:4711` are written, too.
    private static String withoutPort(String hop) {
        return hop.replaceFirst("^\\[(.*)](:[0-9]+)?$", "$1").replaceFirst("^([0-9.]+):[0-9]+$", "$1");
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text.replaceAll("[\\[\\]]|%.*", "")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
