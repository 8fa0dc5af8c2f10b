package reynard.webhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where a webhook is posted to, as its author may write it.
final class TargetUrl {
    static final int CHARACTERS_MAX = 2_000;
    private static final int PORT_FREE_MIN = 1_024;
    private static final Pattern PLAIN_NUMBER = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

    private TargetUrl() {}

    /// What is wrong with a URL, as far as it shows in its text; empty for nothing. What its name stands for is asked
    /// at each delivery.
    static Optional<String> fault(String text, Reach reach) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return Optional.of("must be a URL");
        }
        var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return Optional.of("must begin with https:// or http://");
        }
        var host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || isOddNumber(host)) {
            return Optional.of("must name a host, and no user");
        }
        if (uri.getRawFragment() != null) {
            return Optional.of("must not have a fragment");
        }
        int port = uri.getPort();
        if (port != -1 && port != 80 && port != 443 && (port < PORT_FREE_MIN || port > 65_535)) {
            return Optional.of("must have the port 80, 443 or one from 1024 to 65535");
        }
        return isOutOfReach(host, reach)
                ? Optional.of("must not point to a private, internal or loopback address")
                : Optional.empty();
    }

    /// An address in one of the spellings that only some programs read as one: 0x7f000001, 127.1, 0177.0.0.1.
    private static boolean isOddNumber(String host) {
        var name = host.replaceAll("\\.$", "");
        var last = name.substring(name.lastIndexOf('.') + 1);
        return !last.isEmpty()
                && Character.isDigit(last.charAt(0))
                && !PLAIN_NUMBER.matcher(name).matches();
    }

    private static boolean isOutOfReach(String host, Reach reach) {
        var name = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
        if (name.indexOf('%') >= 0) {
            return true;
        }
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return !reach.allows(InetAddress.getLoopbackAddress());
        }
        boolean numbers = name.startsWith("[") || name.matches("[0-9.]+");
        try {
            // Asks nobody: it is an address.
            return numbers && !reach.allows(InetAddress.getByName(name));
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
