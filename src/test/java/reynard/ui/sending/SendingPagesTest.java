package reynard.ui.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.Map;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.FormElement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.delivery.smtp.Relay;
import reynard.testing.Browser;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendingPagesTest {
    private FakeSmtp relay;
    private TestServer server;
    private Browser browser;

    @BeforeAll
    void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Relay.parse(relay.url()));
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
        relay.close();
    }

    private static String told(Document page) {
        return page.select("[role=status]").text();
    }

    private Document held(String email) {
        var sequence = server.sequence(immediate("Hello"));
        server.put("/ext/v1/sequences/" + sequence.id(), json("{'on_uncertain':'hold'}"));
        relay.behave();
        relay.on(Verb.DOT).storing().drops().times(1);
        server.subscriber(email, sequence);
        server.settle();
        var ledger = browser.page("/sending?state=held&to=" + email);
        return browser.page(ledger.select("tbody th a").attr("href"));
    }

    @Test
    void what_may_have_arrived_is_sent_again_by_hand_and_on_record() {
        var page = held("anna@example.org");
        var resend = page.select("form[action$=resend]").attr("action");

        var after =
                browser.follow(browser.submit(Browser.form(page, resend), Map.of("note", "not in the relay’s log")));

        assertThat(told(after)).isEqualTo("It goes out again.");
        assertThat(after.select("dl.facts").text()).contains("Sent again by hand", "not in the relay’s log");
        server.settle();
        assertThat(browser.page("/sending?to=anna@example.org")
                        .select("tbody .badge")
                        .text())
                .isEqualTo("Sent");
        assertThat(told(browser.follow(browser.submit(Browser.form(page, resend), Map.of()))))
                .startsWith("There is nothing to decide");
    }

    @Test
    void what_may_have_arrived_is_left_by_hand() {
        var page = held("bert@example.org");
        var form = Browser.form(page, page.select("form[action$=resend]").attr("action"));
        form.attr("action", page.select("button[formaction]").attr("formaction"));

        assertThat(told(browser.follow(browser.submit(form, Map.of())))).isEqualTo("It stays as it is.");
    }

    /// The form for one more address; the search goes to the same path.
    private static FormElement more(Document page) {
        return page.forms().stream()
                .filter(form -> !form.select("[name=email_address]").isEmpty())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void an_address_is_suppressed_and_its_removal_stays_on_record() {
        var home = "/sending/suppressed";
        assertThat(browser.submit(more(browser.page(home)), Map.of("email_address", "no address"))
                        .status())
                .isEqualTo(422);
        var added = browser.follow(browser.submit(
                more(browser.page(home)), Map.of("email_address", "Carl@example.org", "note", "asked by telephone")));
        assertThat(added.select("tbody tr").text()).contains("carl@example.org By hand", "asked by telephone");
        assertThat(browser.page(home + "?reason=bounced").select("tbody th")).isEmpty();
        assertThat(browser.page(home + "?q=CARL@example.org").select("main div.panel tbody th"))
                .hasSize(1);

        var remove = added.select("form[action$=remove]").attr("action");
        var removed = browser.follow(browser.submit(Browser.form(added, remove), Map.of("note", "a mistake")));

        assertThat(removed.select("section[aria-labelledby=h-removals] tbody tr")
                        .text())
                .contains("carl@example.org By hand", "a mistake");
    }

    @Test
    void keys_that_sign_are_made_with_the_records_that_they_need() {
        var home = "/sending/health";
        var page = browser.page(home);
        assertThat(page.select("section[aria-labelledby=h-relay]").text()).contains("Takes mail");
        var form = Browser.form(page, home + "/keys");
        assertThat(browser.submit(form, Map.of("selector", "No Good!")).status())
                .isEqualTo(422);

        var made = browser.follow(browser.submit(form, Map.of("selector", "may")));

        assertThat(made.select("section[aria-labelledby=h-keys] tbody tr")).hasSize(2);
        assertThat(made.select("section[aria-labelledby=h-keys]").text())
                .contains("may-rsa", "may-ed25519", "Signs since", "._domainkey.example.com. IN TXT");
        assertThat(browser.submit(form, Map.of("selector", "may")).status()).isEqualTo(422);
    }

    @Test
    void nothing_has_come_back_yet() {
        assertThat(browser.page("/sending/returned?verdict=hard").select("h2").text())
                .isEqualTo("Nothing came back");
    }
}
