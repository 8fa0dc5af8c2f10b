package reynard.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class VisitTest {
    private static final String FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    private static Visit from(String userAgent) {
        return new Visit(false, userAgent, "", "198.51.100.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FIREFOX,
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
                "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
                "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17628; Pro)",
            })
    void a_browser_a_mail_program_and_a_proxy_that_fetches_for_a_reader_are_people(String userAgent) {
        assertThat(from(userAgent).machine()).isEmpty();
        assertThat(from(userAgent).machineOfOpen()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Barracuda Sentinel (EE)",
                "python-requests/2.32.3",
                "curl/8.5.0",
                "Go-http-client/1.1",
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36",
                "facebookexternalhit/1.1",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SkypeUriPreview Preview/0.5",
            })
    void a_scanner_or_a_library_is_a_machine(String userAgent) {
        assertThat(from(userAgent).machine()).contains(Machine.AGENT);
    }

    @Test
    void the_privacy_proxy_of_apple_opens_for_nobody_but_follows_no_link() {
        assertThat(from("Mozilla/5.0").machineOfOpen()).contains(Machine.PROXY);
        assertThat(from("Mozilla/5.0").machine()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "17.58.1.2, NETWORK",
        "64.235.144.1, NETWORK",
        "64.235.160.1, ",
        "::ffff:148.163.159.255, NETWORK",
        "2001:db8::1, ",
        "nonsense, ",
    })
    void a_known_network_is_a_machine(String address, Machine expected) {
        assertThat(new Visit(false, FIREFOX, "", address).machine().orElse(null))
                .isEqualTo(expected);
    }

    @Test
    void who_asks_for_headers_alone_or_fetches_ahead_is_a_machine() {
        assertThat(new Visit(true, FIREFOX, "", "198.51.100.7").machine()).contains(Machine.HEAD);
        assertThat(new Visit(false, FIREFOX, "prefetch;prerender", "198.51.100.7").machine())
                .contains(Machine.PREFETCH);
    }
}
