package reynard.tracking;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import reynard.mail.Domain;

/// Where a link leads: an address of the web that a redirect may name.
///
/// @param url as the author wrote it
/// @param origin scheme and authority as they were written, such as `https://example.com:8443`
/// @param location the same as it stands in a `Location` header: ASCII without spaces
record Target(String url, String origin, String location) {
    private static final int BYTES_MAX = 2_000;
    private static final Pattern ORIGIN = Pattern.compile("(?i)(https?://)([^/?#\\\\]+)");
    private static final Pattern AUTHORITY = Pattern.compile("([^:@\\s<>\"'%\\[\\]]+)(:[0-9]{1,5})?");
    /// What browsers leave out of an address (WHATWG URL, 4.4).
    private static final Pattern IGNORED = Pattern.compile("[\\t\\n\\r]");

    private static final String KEPT = "-._~:/?#[]@!$&'()*+,;=%";

    /// Empty for everything else that a link can be: mail, telephone, a place in the page, a relative address, and for
    /// what is made to look like another address than it is.
    static Optional<Target> of(String href) {
        var url = IGNORED.matcher(href).replaceAll("").strip();
        var origin = ORIGIN.matcher(url);
        if (!origin.lookingAt()
                || url.chars().anyMatch(unit -> unit < ' ' || unit == 0x7F)
                || url.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            return Optional.empty();
        }
        var authority = AUTHORITY.matcher(origin.group(2));
        boolean endsHere = origin.end() == url.length() || url.charAt(origin.end()) != '\\';
        if (!endsHere || !authority.matches()) {
            return Optional.empty();
        }
        var port = authority.group(2) == null ? "" : authority.group(2);
        return host(authority.group(1))
                .map(host -> new Target(
                        url, origin.group(), origin.group(1) + host + port + encoded(url.substring(origin.end()))));
    }

    private static Optional<String> host(String written) {
        return written.chars().allMatch(unit -> unit < 0x80) ? Optional.of(written) : Domain.ascii(written);
    }

    /// Percent-encodes what a header or a browser's address bar does not take, and leaves what is encoded.
    private static String encoded(String text) {
        var out = new StringBuilder(text.length() + 16);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            int value = octet & 0xFF;
            boolean kept = (value >= '0' && value <= '9')
                    || (value >= 'A' && value <= 'Z')
                    || (value >= 'a' && value <= 'z')
                    || KEPT.indexOf(value) >= 0;
            if (kept) {
                out.append((char) value);
            } else {
                out.append('%').append(Character.toUpperCase(Character.forDigit(value >> 4, 16)));
                out.append(Character.toUpperCase(Character.forDigit(value & 15, 16)));
            }
        }
        return out.toString();
    }
}
