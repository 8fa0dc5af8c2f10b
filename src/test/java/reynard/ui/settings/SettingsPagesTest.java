package reynard.ui.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.Browser;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SettingsPagesTest {
    private final TestServer server = TestServer.start();
    private final Browser browser = new Browser(server);

    @BeforeEach
    void logIn() {
        browser.logIn("author@example.com", server.password());
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void the_settings_of_the_account_are_kept() {
        var form = Browser.form(browser.page("/settings"), "/settings");
        form.select("[name=open_tracking]").removeAttr("checked");

        var page = browser.follow(browser.submit(
                form,
                Map.of(
                        "name", "Coffee Letters",
                        "time_zone", "Europe/Oslo",
                        "send_hour", "7",
                        "postal_address", "1 Bean Road\r\nOslo")));

        assertThat(page.select("[role=status]").text()).isEqualTo("The settings are saved.");
        var account = server.get("/ext/v1/account").at("/account");
        assertThat(account.path("name").asText()).isEqualTo("Coffee Letters");
        assertThat(account.path("time_zone").asText()).isEqualTo("Europe/Oslo");
        assertThat(account.path("send_hour").asInt()).isEqualTo(7);
        assertThat(account.path("postal_address").asText()).isEqualTo("1 Bean Road\nOslo");
        assertThat(account.path("open_tracking").asBoolean(true)).isFalse();
        assertThat(account.path("click_tracking").asBoolean(false)).isTrue();
    }

    @Test
    void a_time_zone_that_is_none_is_refused_beside_its_field() {
        var answer = browser.submit(
                Browser.form(browser.page("/settings"), "/settings"), Map.of("time_zone", "Nowhere/Atall"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(Browser.parse(answer).select("#time_zone-fault").text()).isEqualTo("Is not a valid IANA time zone.");
    }

    @Test
    void a_key_is_shown_once_opens_the_API_and_opens_nothing_when_it_is_revoked() {
        var form = Browser.form(browser.page("/settings"), "/settings/keys");
        var made = Browser.parse(browser.submit(form, Map.of("key_name", "The shop")));
        var key = made.select("[role=status] code").text();
        var headers = Map.of("X-Kit-Api-Key", key);

        assertThat(server.send("GET", "/v4/account", (byte[]) null, headers).status())
                .isEqualTo(200);
        var page = browser.page("/settings");
        assertThat(page.text()).contains("The shop").doesNotContain(key);

        var revoke = page.select("tr:contains(The shop) form").attr("action");
        browser.submit(Browser.form(page, revoke), Map.of());
        assertThat(server.send("GET", "/v4/account", (byte[]) null, headers).status())
                .isEqualTo(401);
        assertThat(browser.page("/settings").text()).contains("Revoked");
    }
}
