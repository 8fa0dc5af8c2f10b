package reynard.delivery.smtp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reynard.mail.Domain;

/// The SMTP server that takes our mail, as its URL names it.
///
/// `smtp://user:password@host:587`, `smtps://host:465`. Without a port: 465 for `smtps`, 587 with a user, else
/// 25. Options: `?starttls=required|optional|off` (for `smtp`; default `required` with a user, `optional`
/// without one or on loopback) and `?connections=8` (1 to 1000). Characters of the user and password that a URL
/// cannot hold are written as `%XX`. Where there are several relays, `weight=1` (1 to 1000) is its share among them and
/// `from=example.com,example.org` are the From domains that it is for; `rate=600` is how many emails it gets in a
/// minute.
///
/// `mx:` is none at all: mail goes to where each recipient's domain takes it in. It knows `connections`, `rate` and
/// `from`, and may name another port than 25, `mx:2525`.
///
/// A password never crosses a network in clear: with a user, `off` is refused unless the host is loopback.
public record Relay(
        String host, int port, Encryption encryption, Optional<Credentials> credentials, int connections, Terms terms) {
    private static final int CONNECTIONS_DEFAULT = 8;
    private static final String ANYWHERE = "*";
    private static final int CONNECTIONS_MAX = 1000;
    private static final int WEIGHT_MAX = 1000;
    private static final int RATE_MAX = 99_999;

    /// How the line to the relay is protected.
    public enum Encryption {
        /// TLS from the first byte, certificate checked (RFC 8314).
        IMPLICIT,
        /// STARTTLS or nothing, certificate checked.
        STARTTLS_REQUIRED,
        /// STARTTLS where offered. The certificate is checked only if a password is to be sent to another
        /// machine: otherwise whoever could forge it could as well strip the offer (RFC 7435).
        STARTTLS_OPTIONAL,
        /// Never.
        NONE
    }

    /// Which mail it gets.
    ///
    /// @param weight its share among several
    /// @param fromDomains as DNS knows them; what is below them belongs to them. Empty: all that no other names
    /// @param perMinute how many emails at most
    public record Terms(int weight, Set<String> fromDomains, Optional<Integer> perMinute) {
        public static final Terms ANY = new Terms(1, Set.of(), Optional.empty());

        public Terms {
            fromDomains = Set.copyOf(fromDomains);
        }

        /// Whether it is for mail from this domain by name.
        public boolean names(String fromDomain) {
            return fromDomains.stream().anyMatch(named -> fromDomain.equals(named) || fromDomain.endsWith("." + named));
        }
    }

    /// A user name and password for AUTH; never printed.
    public record Credentials(String user, String password) {
        public Credentials {
            if ((user + password).indexOf('\0') >= 0) {
                throw new IllegalArgumentException("user and password must not contain NUL");
            }
        }

        @Override
        public String toString() {
            return "credentials";
        }
    }

    public Relay {
        require(!host.isEmpty() && host.chars().allMatch(unit -> unit > ' ' && unit < 0x7F), "has no valid host");
        require(port >= 1 && port <= 65535, "has a port that is not between 1 and 65535");
        require(
                connections >= 1 && connections <= CONNECTIONS_MAX,
                "must have connections between 1 and " + CONNECTIONS_MAX);
        require(
                credentials.isEmpty() || encryption != Encryption.NONE || isLoopback(host),
                "would send its password unencrypted: use starttls=required or smtps");
    }

    public Relay(String host, int port, Encryption encryption, Optional<Credentials> credentials, int connections) {
        this(host, port, encryption, credentials, connections, Terms.ANY);
    }

    /// Asked for several times for each email, and no two relays have the same place.
    @Override
    public int hashCode() {
        return host.hashCode() * 31 + port;
    }

    /// Whether there is no relay: mail goes to the hosts of its recipients.
    public boolean isDirect() {
        return host.equals(ANYWHERE);
    }

    private static Relay direct(String rest) {
        int question = rest.indexOf('?');
        var port = question < 0 ? rest : rest.substring(0, question);
        var options = Options.parse(question < 0 ? "" : rest.substring(question + 1), true);
        return new Relay(
                ANYWHERE,
                port.isEmpty() ? 25 : number(port, "has a port that is not between 1 and 65535"),
                Encryption.STARTTLS_OPTIONAL,
                Optional.empty(),
                options.connections(),
                options.terms());
    }

    /// The relays that several URLs name, with white space between them.
    ///
    /// @throws IllegalArgumentException as [#parse], and when one place is named twice
    public static List<Relay> parseAll(String urls) {
        var relays = new ArrayList<Relay>();
        for (var url : urls.strip().split("\\s+")) {
            var relay = parse(url);
            require(
                    relays.stream().noneMatch(other -> other.toString().equals(relay.toString())),
                    "names the same place twice: " + relay);
            relays.add(relay);
        }
        return List.copyOf(relays);
    }

    /// The relay that the URL names.
    ///
    /// @throws IllegalArgumentException with one sentence that names the fault and never holds the password
    public static Relay parse(String url) {
        if (url.startsWith("mx:")) {
            return direct(url.substring("mx:".length()));
        }
        boolean implicit = url.startsWith("smtps://");
        require(implicit || url.startsWith("smtp://"), "must begin with smtp:// or smtps://");
        var rest = url.substring(url.indexOf("://") + 3);
        // Up to the last @, so that an @, / or ? that someone left unescaped in a password still belongs to it.
        int at = rest.lastIndexOf('@');
        var credentials = at < 0 ? Optional.<Credentials>empty() : Optional.of(credentials(rest.substring(0, at)));
        var place = rest.substring(at + 1);
        int question = place.indexOf('?');
        var authority = question < 0 ? place : place.substring(0, question);
        authority = authority.endsWith("/") ? authority.substring(0, authority.length() - 1) : authority;
        require(authority.indexOf('/') < 0 && authority.indexOf('#') < 0, "must not have a path or fragment");
        var options = Options.parse(question < 0 ? "" : place.substring(question + 1), implicit);

        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        var host = unbracketed(hasPort ? authority.substring(0, colon) : authority);
        int port = hasPort
                ? number(authority.substring(colon + 1), "has a port that is not between 1 and 65535")
                : defaultPort(implicit, credentials.isPresent());
        var encryption =
                options.encryption().orElseGet(() -> defaultEncryption(implicit, credentials.isPresent(), host));
        return new Relay(host, port, encryption, credentials, options.connections(), options.terms());
    }

    private static int defaultPort(boolean implicit, boolean withUser) {
        return implicit ? 465 : withUser ? 587 : 25;
    }

    private static Encryption defaultEncryption(boolean implicit, boolean withUser, String host) {
        if (implicit) {
            return Encryption.IMPLICIT;
        }
        return withUser && !isLoopback(host) ? Encryption.STARTTLS_REQUIRED : Encryption.STARTTLS_OPTIONAL;
    }

    private static String unbracketed(String host) {
        if (host.startsWith("[")) {
            require(host.endsWith("]") && host.indexOf(':') > 0, "has an unfinished IPv6 address");
            return host.substring(1, host.length() - 1);
        }
        require(host.indexOf(':') < 0, "must write an IPv6 address in brackets");
        return host;
    }

    private static Credentials credentials(String userInfo) {
        int colon = userInfo.indexOf(':');
        require(colon > 0, "must have user:password before the @");
        return new Credentials(decoded(userInfo.substring(0, colon)), decoded(userInfo.substring(colon + 1)));
    }

    private static String decoded(String text) {
        var bytes = new ByteArrayOutputStream();
        var raw = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '%') {
                int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
                int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
                require(
                        high >= 0 && low >= 0,
                        "has a % in its user or password that is not followed by two hex digits");
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.write(raw[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException _) {
            throw fault("has a user or password that is not UTF-8");
        }
    }

    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    private static int number(String text, String fault) {
        require(
                !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(unit -> unit >= '0' && unit <= '9'),
                fault);
        return Integer.parseInt(text);
    }

    private static void require(boolean holds, String fault) {
        if (!holds) {
            throw fault(fault);
        }
    }

    private static IllegalArgumentException fault(String fault) {
        return new IllegalArgumentException("the SMTP URL " + fault);
    }

    /// Where the relay is, without who we are there.
    @Override
    public String toString() {
        if (isDirect()) {
            return "mx:" + port;
        }
        return (encryption == Encryption.IMPLICIT ? "smtps://" : "smtp://")
                + (host.indexOf(':') >= 0 ? "[" + host + "]" : host)
                + ":" + port;
    }

    private record Options(Optional<Encryption> encryption, int connections, Terms terms) {

        static Options parse(String query, boolean implicit) {
            var encryption = Optional.<Encryption>empty();
            int connections = CONNECTIONS_DEFAULT;
            int weight = 1;
            var fromDomains = Set.<String>of();
            var perMinute = Optional.<Integer>empty();
            var seen = new HashSet<String>();
            for (var option : query.isEmpty() ? new String[0] : query.split("&", -1)) {
                int equals = option.indexOf('=');
                var key = equals < 0 ? option : option.substring(0, equals);
                var value = equals < 0 ? "" : option.substring(equals + 1);
                require(seen.add(key), "has an option twice");
                switch (key) {
                    case "starttls" -> {
                        require(
                                !implicit,
                                "must not have starttls with smtps, which is encrypted from the start, or with mx");
                        encryption = Optional.of(startTls(value));
                    }
                    case "connections" ->
                        connections = number(value, "must have connections between 1 and " + CONNECTIONS_MAX);
                    case "weight" -> weight = between(value, 1, WEIGHT_MAX, "must have a weight between 1 and ");
                    case "from" -> fromDomains = domains(value);
                    case "rate" ->
                        perMinute = Optional.of(between(value, 1, RATE_MAX, "must have a rate between 1 and "));
                    default ->
                        throw fault("has an unknown option; known are starttls, connections, weight, from and rate");
                }
            }
            return new Options(encryption, connections, new Terms(weight, fromDomains, perMinute));
        }

        private static int between(String text, int min, int max, String fault) {
            int number = number(text, fault + max);
            require(number >= min && number <= max, fault + max);
            return number;
        }

        private static Set<String> domains(String text) {
            var domains = new HashSet<String>();
            for (var name : text.split(",", -1)) {
                domains.add(Domain.ascii(name)
                        .orElseThrow(() -> fault("must have From domains such as from=example.com,example.org")));
            }
            return domains;
        }

        private static Encryption startTls(String value) {
            return switch (value) {
                case "required" -> Encryption.STARTTLS_REQUIRED;
                case "optional" -> Encryption.STARTTLS_OPTIONAL;
                case "off" -> Encryption.NONE;
                default -> throw fault("must have starttls=required, optional or off");
            };
        }
    }
}
