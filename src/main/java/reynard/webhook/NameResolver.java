package reynard.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Finds the addresses of a host.
@FunctionalInterface
public interface NameResolver {
    /// @param host a name, or an address in numbers
    /// @return at least one
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /// As the operating system does.
    static NameResolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
