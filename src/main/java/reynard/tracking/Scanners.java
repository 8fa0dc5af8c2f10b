package reynard.tracking;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Who looks at emails without being a person, as far as they can be known by name or network.
///
/// The proxies of Gmail, Yahoo and Outlook are not among them: they fetch a picture when somebody looks at it.
final class Scanners {
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    /// Parts of user agents, in small letters.
    private static final List<String> AGENTS = List.of(
            "barracuda",
            "mimecast",
            "proofpoint",
            "trendmicro",
            "symantec",
            "forcepoint",
            "fireeye",
            "ironport",
            "messagelabs",
            "sophos",
            "zscaler",
            "bitdefender",
            "urldefense",
            "safelinks",
            "mailguard",
            "spamassassin",
            "bot/",
            "bot;",
            "crawler",
            "spider",
            "slurp",
            "headlesschrome",
            "phantomjs",
            "facebookexternalhit",
            "facebot",
            "slackbot",
            "whatsapp/",
            "telegrambot",
            "skypeuripreview",
            "bingpreview",
            "google-safety",
            "google-read-aloud",
            "python-requests",
            "python-urllib",
            "aiohttp",
            "httpx",
            "go-http-client",
            "java/",
            "apache-httpclient",
            "okhttp",
            "libwww-perl",
            "curl/",
            "wget/",
            "node-fetch",
            "axios/",
            "winhttp",
            "powershell");
    /// Mail Privacy Protection of Apple names itself so, and nothing more.
    private static final String APPLE_PROXY = "mozilla/5.0";
    /// Networks of IPv4, as their first address and the bits that count: Apple, Barracuda, Proofpoint, Mimecast.
    private static final List<Network> NETWORKS = List.of(
            Network.of("17.0.0.0/8"),
            Network.of("64.235.144.0/20"),
            Network.of("209.222.80.0/21"),
            Network.of("67.231.144.0/20"),
            Network.of("148.163.128.0/19"),
            Network.of("205.139.110.0/24"),
            Network.of("207.211.30.0/24"));

    private Scanners() {}

    private record Network(long first, int bits) {
        static Network of(String text) {
            var parts = text.split("/");
            return new Network(number(parts[0]), Integer.parseInt(parts[1]));
        }

        boolean contains(long address) {
            return (address >> (32 - bits)) == (first >> (32 - bits));
        }
    }

    static boolean isAgent(String userAgent) {
        var name = userAgent.toLowerCase(Locale.ROOT);
        return AGENTS.stream().anyMatch(name::contains);
    }

    static boolean isPrivacyProxy(String userAgent) {
        return userAgent.toLowerCase(Locale.ROOT).equals(APPLE_PROXY);
    }

    static boolean isNetwork(String address) {
        long number = number(address.startsWith("::ffff:") ? address.substring("::ffff:".length()) : address);
        return number >= 0 && NETWORKS.stream().anyMatch(network -> network.contains(number));
    }

    private static long number(String address) {
        var match = IPV4.matcher(address);
        if (!match.matches()) {
            return -1;
        }
        long number = 0;
        for (int i = 1; i <= 4; i++) {
            number = number << 8 | Integer.parseInt(match.group(i));
        }
        return number;
    }
}
