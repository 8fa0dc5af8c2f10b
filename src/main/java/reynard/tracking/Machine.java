package reynard.tracking;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What gives away that no person opened an email or followed a link.
enum Machine {
    /// It asked for the headers alone.
    HEAD,
    /// It says that it fetches ahead.
    PREFETCH,
    /// Its name is that of a scanner, a crawler or a library, or it has none.
    AGENT,
    /// It comes from the network of a scanner.
    NETWORK,
    /// It is a proxy that fetches every picture of every email.
    PROXY,
    /// It came sooner after the email than a person can.
    TOO_SOON,
    /// It followed several links of one email at once.
    ALL_AT_ONCE;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Machine> named(String wireName) {
        return Arrays.stream(values())
                .filter(machine -> machine.wireName().equals(wireName))
                .findFirst();
    }
}
