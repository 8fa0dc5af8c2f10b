package reynard.tracking;

import java.util.Locale;
import java.util.Optional;

/// What a request for a link or a picture shows of whoever makes it. Nothing of it is kept.
///
/// @param address of the client, as text
/// @param purpose what it says it fetches for, in any of the headers that say so; may be empty
record Visit(boolean head, String userAgent, String purpose, String address) {
    Visit {
        userAgent = userAgent.strip();
        purpose = purpose.toLowerCase(Locale.ROOT);
    }

    /// What gives a machine away at once; empty when nothing does.
    Optional<Machine> machine() {
        if (head) {
            return Optional.of(Machine.HEAD);
        }
        if (purpose.contains("prefetch") || purpose.contains("prerender") || purpose.contains("preview")) {
            return Optional.of(Machine.PREFETCH);
        }
        if (userAgent.isEmpty() || Scanners.isAgent(userAgent)) {
            return Optional.of(Machine.AGENT);
        }
        if (Scanners.isNetwork(address)) {
            return Optional.of(Machine.NETWORK);
        }
        return Optional.empty();
    }

    /// The same for a picture, which mail programs of some makers fetch whether anybody reads the email or not.
    Optional<Machine> machineOfOpen() {
        return machine().or(() -> Scanners.isPrivacyProxy(userAgent) ? Optional.of(Machine.PROXY) : Optional.empty());
    }
}
