package reynard.delivery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reynard.delivery.smtp.Relay;
import reynard.delivery.smtp.Reply;
import reynard.delivery.smtp.SendOutcome;
import reynard.delivery.smtp.Stage;
import reynard.identity.Dns;
import reynard.identity.Dns.Answer;

/// Where the mail of a domain is taken in, for sending without a relay (RFC 5321, 5.1): its MX hosts by preference,
/// those of the same in any order, or the domain's own addresses if it has no MX.
///
/// A host that does not answer again and again is left out for a while, and then tried by one email.
///
/// Addresses that are not public are left out: a domain of strangers must not lead into this network.
public final class Exchanges {
    private static final int ADDRESSES_MAX = 8;
    private static final int CONNECTIONS = 20;
    private static final Duration DOWN_FIRST = Duration.ofMinutes(1);
    private static final Duration DOWN_LONGEST = Duration.ofMinutes(15);
    private static final int DOWN_MAX = 10_000;
    /// `co.uk` and the like: of two letters at most three before them.
    private static final int SECOND_LEVEL_MAX = 3;
    /// That a domain takes no mail (RFC 7505).
    private static final String NULL_MX = "0 .";

    private final Supplier<Dns> dns;
    private final RandomGenerator random;
    private final boolean privateToo;
    /// By address, those that did not answer of late, the oldest first.
    private final SequencedMap<String, Breaker> failing = new LinkedHashMap<>();

    /// @param dns asked for when the first domain is
    /// @param privateToo whether addresses that are not public will do
    public Exchanges(Supplier<Dns> dns, RandomGenerator random, boolean privateToo) {
        this.dns = Once.of(dns);
        this.random = random;
        this.privateToo = privateToo;
    }

    /// Made when it is first asked for.
    private static final class Once<T> implements Supplier<T> {
        private final Supplier<T> making;
        private @Nullable T made;

        private Once(Supplier<T> making) {
            this.making = making;
        }

        static <T> Supplier<T> of(Supplier<T> making) {
            return new Once<>(making);
        }

        @Override
        public synchronized T get() {
            var known = made;
            if (known == null) {
                known = making.get();
                made = known;
            }
            return known;
        }
    }

    sealed interface Exchange {
        /// In the order in which they are to be tried; at least one.
        record Hosts(List<Relay> hosts) implements Exchange {
            public Hosts {
                hosts = List.copyOf(hosts);
            }
        }

        record Unreachable(SendOutcome.NotSent outcome) implements Exchange {}
    }

    private record Named(int preference, String host) {}

    Exchange of(String domain, int port, Instant now) {
        return switch (dns.get().mx(domain)) {
            case Answer.Failed(var cause) -> broken(cause);
            case Answer.Found found
            when found.values().contains(NULL_MX) -> refused(556, "5.1.10 " + domain + " takes no mail (null MX)");
            case Answer.Found found -> up(hosts(domain, names(found.values()), port), now);
            case Answer.None _ -> up(hosts(domain, List.of(domain), port), now);
        };
    }

    /// Who takes in the mail of a domain: the domain that its first MX host belongs to, such as `google.com`, or else
    /// the domain itself.
    String operator(String domain) {
        return dns.get().mx(domain).values().stream()
                .filter(value -> !value.equals(NULL_MX))
                .map(Exchanges::named)
                .min(Comparator.comparingInt(Named::preference).thenComparing(Named::host))
                .map(named -> registered(named.host()))
                .orElse(domain);
    }

    private static String registered(String host) {
        var labels = List.of(host.toLowerCase(Locale.ROOT).split("\\."));
        int last = labels.size() - 1;
        boolean isBelowCountry = last >= 2
                && labels.get(last).length() == 2
                && labels.get(last - 1).length() <= SECOND_LEVEL_MAX;
        return String.join(".", labels.subList(Math.max(0, last - (isBelowCountry ? 2 : 1)), last + 1));
    }

    private synchronized Exchange up(Exchange exchange, Instant now) {
        if (!(exchange instanceof Exchange.Hosts(var all))) {
            return exchange;
        }
        var hosts = all.stream()
                .filter(host -> breaker(host).map(it -> it.passes(now)).orElse(true))
                .toList();
        if (hosts.isEmpty()) {
            return broken(all.stream()
                    .flatMap(host -> breaker(host).flatMap(Breaker::tripped).stream())
                    .map(tripped -> "not tried again before " + tripped.probeAt() + ": " + tripped.cause())
                    .findFirst()
                    .orElseThrow());
        }
        breaker(hosts.getFirst()).ifPresent(it -> it.trying(now));
        return new Exchange.Hosts(hosts);
    }

    private Optional<Breaker> breaker(Relay host) {
        return Optional.ofNullable(failing.get(host.host()));
    }

    /// The host took a connection.
    synchronized void reached(Relay host) {
        failing.remove(host.host());
    }

    /// It did not, or would not speak.
    synchronized void failed(Relay host, SendOutcome.NotSent outcome, Instant now) {
        var cause = switch (outcome) {
            case SendOutcome.Broken broken -> broken.cause();
            case SendOutcome.Deferred deferred -> deferred.reply().toString();
            case SendOutcome.Rejected rejected -> rejected.reply().toString();
            case SendOutcome.Stale stale -> stale.cause();
            case SendOutcome.Unsupported unsupported -> unsupported.cause();
        };
        if (failing.size() >= DOWN_MAX) {
            failing.pollFirstEntry();
        }
        failing.computeIfAbsent(host.host(), _ -> new Breaker(DOWN_FIRST, DOWN_LONGEST))
                .failed(host.host() + ": " + cause, now);
    }

    /// The hosts that are left out at present.
    public synchronized int down() {
        return Math.toIntExact(
                failing.values().stream().filter(it -> it.tripped().isPresent()).count());
    }

    private List<String> names(List<String> values) {
        var named = new ArrayList<Named>();
        for (var value : values) {
            named.add(named(value));
        }
        Collections.shuffle(named, java.util.Random.from(random));
        named.sort(Comparator.comparingInt(Named::preference));
        return named.stream().map(Named::host).toList();
    }

    private static Named named(String value) {
        int space = value.indexOf(' ');
        return new Named(Integer.parseInt(value.substring(0, space)), value.substring(space + 1));
    }

    private Exchange hosts(String domain, List<String> names, int port) {
        var hosts = new ArrayList<Relay>();
        var failure = Optional.<String>empty();
        boolean anyAddress = false;
        for (var name : names) {
            var answer = dns.get().addresses(name);
            if (answer instanceof Answer.Failed(var cause)) {
                failure = Optional.of(cause);
            }
            anyAddress |= !answer.values().isEmpty();
            answer.values().stream()
                    .filter(address -> privateToo || isPublic(address))
                    .limit(ADDRESSES_MAX - hosts.size())
                    .forEach(address -> hosts.add(new Relay(
                            address, port, Relay.Encryption.STARTTLS_OPTIONAL, Optional.empty(), CONNECTIONS)));
        }
        if (!hosts.isEmpty()) {
            return new Exchange.Hosts(hosts);
        }
        if (failure.isPresent()) {
            return broken(failure.get());
        }
        // Without a code that says it for good: a name may be gone for a day. The second day counts.
        return refused(
                550,
                anyAddress
                        ? "the addresses that " + domain + " leads to are not public"
                        : "DNS has neither an MX nor an address for " + domain);
    }

    private static Exchange broken(String cause) {
        return new Exchange.Unreachable(new SendOutcome.Broken(Stage.CONNECT, "DNS: " + cause));
    }

    private static Exchange refused(int code, String text) {
        return new Exchange.Unreachable(new SendOutcome.Rejected(Stage.RCPT, Reply.of(code, text)));
    }

    /// @param address in figures, as DNS has it
    private static boolean isPublic(String address) {
        try {
            var ip = InetAddress.getByName(address);
            boolean uniqueLocal = ip.getAddress().length == 16 && (ip.getAddress()[0] & 0xFE) == 0xFC;
            boolean shared = ip.getAddress().length == 4
                    && (ip.getAddress()[0] & 0xFF) == 100
                    && (ip.getAddress()[1] & 0xC0) == 64;
            return !(ip.isLoopbackAddress()
                    || ip.isAnyLocalAddress()
                    || ip.isLinkLocalAddress()
                    || ip.isSiteLocalAddress()
                    || ip.isMulticastAddress()
                    || uniqueLocal
                    || shared);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
