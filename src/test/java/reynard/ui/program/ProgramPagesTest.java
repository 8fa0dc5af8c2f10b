package reynard.ui.program;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.text;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.Browser;
import reynard.testing.FakeReceiver;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProgramPagesTest {
    private static final String ALL = "/settings/webhooks";

    private TestServer server;
    private Browser browser;
    private FakeReceiver receiver;

    @BeforeAll
    void start() {
        server = TestServer.start();
        receiver = FakeReceiver.start();
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
        receiver.close();
    }

    private long webhook() {
        return server.post(
                        "/v4/webhook_endpoints",
                        text(Map.of("name", "Shop", "url", receiver.url(), "events", List.of("tag.created"))))
                .at("/webhook_endpoint/id")
                .asLong();
    }

    @Test
    void a_webhook_is_made_shows_its_secret_once_and_is_switched_off() {
        var form = Browser.form(browser.page(ALL + "/new"), ALL + "/new");
        form.select("[value=tag.created]").attr("checked", "checked");

        var page = Browser.parse(browser.submit(form, Map.of("name", "Desk", "url", receiver.url())));

        assertThat(page.select("[role=status] code").text()).startsWith("whsec_");
        var home = page.select("form[data-guard]").attr("action");
        page = browser.page(home);
        assertThat(page.select("[role=status]")).isEmpty();
        assertThat(page.select("#name").val()).isEqualTo("Desk");
        assertThat(page.select("[name=events][checked]").eachAttr("value")).containsExactly("tag.created");
        page = browser.follow(browser.submit(Browser.form(page, home + "/status"), Map.of("to", "off")));
        assertThat(page.select(".switch").attr("aria-checked")).isEqualTo("false");
        assertThat(browser.page(ALL).select("tr:contains(Desk) .badge").text()).isEqualTo("Off");
        browser.follow(browser.submit(Browser.form(page, home + "/delete"), Map.of()));
        assertThat(browser.get(home).status()).isEqualTo(404);
    }

    @Test
    void what_is_wrong_with_a_webhook_is_said_beside_its_field() {
        var form = Browser.form(browser.page(ALL + "/new"), ALL + "/new");

        var answer = browser.submit(form, Map.of("name", "Kept", "url", "ftp://example.com/"));

        assertThat(answer.status()).isEqualTo(422);
        var page = Browser.parse(answer);
        assertThat(page.select("#url-fault").text()).isNotEmpty();
        assertThat(page.select("#events-fault").text()).isEqualTo("Can't be blank.");
        assertThat(page.select("#name").val()).isEqualTo("Kept");
    }

    @Test
    void what_a_webhook_was_told_is_on_record_and_told_once_more_under_the_same_id() {
        var home = ALL + "/" + webhook();
        server.tag("News " + home);
        server.settle();

        var page = browser.page(home);
        assertThat(page.select("tbody tr").text()).startsWith("tag.created 1 event Delivered 1 today, 12:00");
        var delivery = page.select("tbody a").attr("href");
        page = browser.page(delivery);
        assertThat(page.select("pre").text()).contains("\"type\":\"tag.created\"");
        page = browser.follow(browser.submit(Browser.form(page, delivery + "/again"), Map.of()));
        assertThat(page.select("[role=status]").text()).isEqualTo("It is sent once more, under the same id.");
        assertThat(page.select(".head .badge").text()).isEqualTo("Tried again");
        browser.post(
                delivery + "/again", Map.of("csrf", page.select("[name=csrf]").val()));
        assertThat(browser.page(delivery).select("[role=status]").text()).isEqualTo("It is on its way already.");
        server.settle();

        page = browser.page(delivery);
        assertThat(page.select(".head .badge").text()).isEqualTo("Delivered");
        assertThat(page.select("tbody tr")).hasSize(2);
    }

    @Test
    void a_delivery_is_sent_once_more_over_the_API_unless_its_webhook_is_off() {
        long id = webhook();
        server.tag("More " + id);
        server.settle();
        var path = "/v4/webhook_endpoints/" + id;
        var delivery = server.get(path + "/deliveries").at("/deliveries/0/id").asLong();
        var resend = "/ext/v1/webhook_endpoints/" + id + "/deliveries/" + delivery + "/resend";

        var resent = server.post(resend, "");
        assertThat(resent.status()).isEqualTo(202);
        assertThat(resent.at("/delivery/status").asText()).isEqualTo("retrying");
        assertThat(server.post(resend, "").status()).isEqualTo(409);
        server.settle();
        server.patch(path, "{\"status\":\"disabled\"}");
        assertThat(server.post(resend, "").status()).isEqualTo(409);
        assertThat(server.post(resend.replace("/" + delivery + "/", "/1/"), "").status())
                .isEqualTo(404);
    }

    @Test
    void a_secret_is_replaced_and_the_new_one_shown_once() {
        var home = ALL + "/" + webhook();

        var page = Browser.parse(browser.submit(Browser.form(browser.page(home), home + "/secret"), Map.of()));

        assertThat(page.select("[role=status] code").text()).startsWith("whsec_");
        assertThat(page.text()).contains("The one before signs until tomorrow, 12:00.");
        page = browser.follow(browser.submit(Browser.form(browser.page(home), home + "/secret"), Map.of()));
        assertThat(page.select("[role=status]").text()).startsWith("Not changed");
    }

    @Test
    void a_token_is_shown_once_opens_the_API_and_opens_nothing_when_it_is_revoked() {
        var form = Browser.form(browser.page("/settings/tokens"), "/settings/tokens");
        var made = Browser.parse(browser.submit(form, Map.of("name", "The shop", "lifetime", "30")));
        var token = Map.of(
                "Authorization", "Bearer " + made.select("[role=status] code").text());

        assertThat(server.send("GET", "/v4/account", (byte[]) null, token).status())
                .isEqualTo(200);
        var page = browser.page("/settings/tokens");
        assertThat(page.select("tr:contains(The shop)").text()).contains("since Mon 5 Jan, until Wed 4 Feb");
        var revoke = page.select("tr:contains(The shop) form").attr("action");
        browser.follow(browser.submit(Browser.form(page, revoke), Map.of()));
        assertThat(server.send("GET", "/v4/account", (byte[]) null, token).status())
                .isEqualTo(401);

        var refused = browser.submit(form, Map.of("name", " "));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(Browser.parse(refused).select("#name-fault").text())
                .isEqualTo("Must be 1 to 100 characters on one line.");
    }
}
