package reynard.ui.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.app.Settings;
import reynard.identity.ScriptedDns;
import reynard.testing.Browser;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DomainPagesTest {
    private static final String HOME = "/sending/health";

    private final ScriptedDns dns = ScriptedDns.start();
    private final TestServer server = TestServer.with(
            new Settings.Outgoing(List.of(), Optional.empty(), Optional.empty(), Optional.of(dns.socketAddress())));
    private final Browser browser = new Browser(server);

    @BeforeAll
    void logIn() {
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void close() {
        server.close();
        dns.close();
    }

    private Document lookedUp() {
        var answer = browser.submit(Browser.form(browser.page(HOME), HOME + "/check"), Map.of("domain", "example.com"));
        assertThat(answer.status()).isEqualTo(200);
        return Browser.parse(answer);
    }

    private static String found(Document page, String subject) {
        return page.select("section[aria-labelledby=h-domains] tbody tr:has(th:containsOwn(" + subject + "))")
                .text();
    }

    @Test
    void what_receivers_see_of_a_domain_is_looked_up_when_an_author_asks() {
        dns.zone("example.com. IN MX 10 mail.example.com.\n_dmarc.example.com. IN TXT \"v=DMARC1; p=none\"\n");
        assertThat(browser.page(HOME).select("section[aria-labelledby=h-domains] tbody"))
                .isEmpty();

        var page = lookedUp();

        assertThat(page.select("h3").text()).isEqualTo("example.com");
        assertThat(found(page, "MX")).contains("mail.example.com");
        assertThat(found(page, "DMARC")).contains("p=none");
        assertThat(found(page, "SPF")).isNotEmpty().doesNotContain("v=spf1 ip4");
    }

    @Test
    void what_dns_does_not_answer_is_not_said_to_be_missing() {
        dns.zone("");
        dns.fails("_dmarc.example.com");

        assertThat(found(lookedUp(), "DMARC")).contains("_dmarc.example.com");
        assertThat(browser.submit(Browser.form(browser.page(HOME), HOME + "/check"), Map.of("domain", "other.example"))
                        .status())
                .isEqualTo(404);
    }
}
