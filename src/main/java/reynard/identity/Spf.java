package reynard.identity;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What SPF says of an address that sends for a domain (RFC 7208), without macros: a domain that uses them is told that
/// they were not looked at.
final class Spf {
    /// RFC 7208, 4.6.4.
    private static final int LOOKUPS_MAX = 10;

    private final Dns dns;
    private int lookups;

    private Spf(Dns dns) {
        this.dns = dns;
    }

    enum Result {
        PASS,
        FAIL,
        SOFTFAIL,
        NEUTRAL,
        /// No record.
        NONE,
        /// Two records, more than ten look-ups, or a record that cannot be read.
        BROKEN,
        /// DNS did not answer.
        UNKNOWN
    }

    /// @param address that mail leaves from
    static Result check(Dns dns, String domain, String address) {
        return new Spf(dns).check(domain, address);
    }

    /// How many look-ups a receiver needs at most; more than ten are refused by it.
    static int lookups(Dns dns, String domain) {
        var spf = new Spf(dns);
        // Matches nothing, so every mechanism is looked at.
        spf.check(domain, "0.0.0.0");
        return spf.lookups;
    }

    static List<String> records(Dns.Answer answer) {
        return answer.values().stream()
                .filter(text -> text.equalsIgnoreCase("v=spf1")
                        || text.toLowerCase(Locale.ROOT).startsWith("v=spf1 "))
                .toList();
    }

    private Result check(String domain, String address) {
        var answer = dns.txt(domain);
        if (answer instanceof Dns.Answer.Failed) {
            return Result.UNKNOWN;
        }
        var records = records(answer);
        if (records.size() != 1) {
            return records.isEmpty() ? Result.NONE : Result.BROKEN;
        }
        Optional<String> redirect = Optional.empty();
        for (var term : records.getFirst().substring(6).strip().split(" +")) {
            var lower = term.toLowerCase(Locale.ROOT);
            if (lower.startsWith("redirect=")) {
                redirect = Optional.of(term.substring(9));
            } else if (!lower.contains("=") && !lower.isEmpty()) {
                var result = mechanism(lower, domain, address);
                if (result.isPresent()) {
                    return result.get();
                }
            }
        }
        return redirect.map(target -> looked() ? check(target, address) : Result.BROKEN)
                .orElse(Result.NEUTRAL);
    }

    private Optional<Result> mechanism(String term, String domain, String address) {
        var qualifier = "+-~?".indexOf(term.charAt(0)) >= 0 ? term.charAt(0) : '+';
        var rest = "+-~?".indexOf(term.charAt(0)) >= 0 ? term.substring(1) : term;
        int mark = indexOfFirst(rest);
        var name = mark < 0 ? rest : rest.substring(0, mark);
        var value = mark < 0 ? "" : rest.substring(rest.charAt(mark) == ':' ? mark + 1 : mark);
        return switch (name) {
            case "all" -> Optional.of(meaning(qualifier));
            case "ip4", "ip6" -> isIn(address, value) ? Optional.of(meaning(qualifier)) : Optional.empty();
            case "include" -> looked() ? included(value, address, qualifier) : Optional.of(Result.BROKEN);
            case "a" -> byHosts(List.of(target(value, domain)), value, address, qualifier);
            case "mx" ->
                byHosts(
                        dns.mx(target(value, domain)).values().stream()
                                .map(mx -> mx.substring(mx.indexOf(' ') + 1))
                                .toList(),
                        value,
                        address,
                        qualifier);
            case "exists", "ptr" -> looked() ? Optional.empty() : Optional.of(Result.BROKEN);
            default -> Optional.of(Result.BROKEN);
        };
    }

    private static int indexOfFirst(String term) {
        int colon = term.indexOf(':');
        int slash = term.indexOf('/');
        return colon < 0 ? slash : slash < 0 ? colon : Math.min(colon, slash);
    }

    private static String target(String value, String domain) {
        var host = value.contains("/") ? value.substring(0, value.indexOf('/')) : value;
        return host.isEmpty() ? domain : host;
    }

    private boolean looked() {
        return ++lookups <= LOOKUPS_MAX;
    }

    private Optional<Result> included(String domain, String address, char qualifier) {
        return switch (check(domain, address)) {
            case PASS -> Optional.of(meaning(qualifier));
            case FAIL, SOFTFAIL, NEUTRAL -> Optional.empty();
            case NONE, BROKEN -> Optional.of(Result.BROKEN);
            case UNKNOWN -> Optional.of(Result.UNKNOWN);
        };
    }

    private Optional<Result> byHosts(List<String> hosts, String value, String address, char qualifier) {
        if (!looked()) {
            return Optional.of(Result.BROKEN);
        }
        var prefix = value.contains("/") ? value.substring(value.indexOf('/')) : "";
        boolean matches = hosts.stream()
                .flatMap(host -> dns.addresses(host).values().stream())
                .anyMatch(found -> isIn(address, found + (found.contains(":") ? "" : prefix)));
        return matches ? Optional.of(meaning(qualifier)) : Optional.empty();
    }

    private static Result meaning(char qualifier) {
        return switch (qualifier) {
            case '-' -> Result.FAIL;
            case '~' -> Result.SOFTFAIL;
            case '?' -> Result.NEUTRAL;
            default -> Result.PASS;
        };
    }

    /// Whether an address is the other, or in the network `192.0.2.0/24`.
    static boolean isIn(String address, String network) {
        int slash = network.indexOf('/');
        var wanted = octets(slash < 0 ? network : network.substring(0, slash));
        var given = octets(address);
        if (wanted.length == 0 || wanted.length != given.length) {
            return false;
        }
        var length = slash < 0 ? "" : network.substring(slash + 1);
        int bits = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : wanted.length * 8;
        for (int i = 0; i < Math.min(bits, wanted.length * 8); i++) {
            int shift = 7 - i % 8;
            if (((wanted[i / 8] ^ given[i / 8]) >> shift & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] octets(String address) {
        try {
            return InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
