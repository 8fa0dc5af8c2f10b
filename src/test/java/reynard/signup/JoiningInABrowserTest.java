package reynard.signup;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.BrowserTest;
import reynard.testing.TestServer;

/// From a form on a page to the way out, in a real browser.
@DisplayNameGeneration(ReplaceUnderscores.class)
class JoiningInABrowserTest extends BrowserTest {
    private static final String ADDRESS = "reader@example.org";

    private final TestServer server = TestServer.start();
    private String form = "";

    @Override
    protected TestServer server() {
        return server;
    }

    @BeforeEach
    void make() {
        var sequence = server.sequence(immediate("Welcome"));
        long id = server.form("Tea for friends", "hosted");
        form = server.put(
                        "/ext/v1/forms/" + id + "/page",
                        json("{'asks_name':true,'consent_text':'I agree.','sequence_ids':[%d]}"
                                .formatted(sequence.id())))
                .at("/page/url")
                .asText();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String link(String path) {
        var id = server.get("/ext/v1/inbox?to=" + ADDRESS).at("/messages/0/id").asLong();
        var text = server.get("/ext/v1/inbox/" + id).at("/message/text").asText();
        var matcher = Pattern.compile("https://mail\\.example\\.com" + path + "[^\\s)>]+")
                .matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group();
    }

    private static void heading(Page page, String text) {
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                .hasText(text);
    }

    @Test
    void somebody_signs_up_confirms_and_leaves() {
        var page = visit(form);
        heading(page, "Tea for friends");
        page.getByLabel("Email address").fill(ADDRESS);
        page.getByLabel("First name").fill("Ada");
        page.getByLabel("I agree.").check();
        server.advance(ofSeconds(5));
        page.getByRole(AriaRole.BUTTON).click();
        heading(page, "Please look into your inbox");
        server.settle();

        visit(link("/confirm/"));
        heading(page, "Get emails from Tea Letters?");
        page.getByRole(AriaRole.BUTTON).click();
        heading(page, "You are in");
        server.settle();

        visit(link("/u/"));
        heading(page, "Your emails from Tea Letters");
        page.getByLabel("At most one email a week").check();
        page.getByText("Save").click();
        heading(page, "Your choice is saved");
        page.getByText("Back to your choices").click();
        assertThat(page.getByLabel("At most one email a week")).isChecked();
        page.getByText("Unsubscribe from everything").click();
        heading(page, "You are unsubscribed");
        var reader = server.get("/v4/subscribers?status=all&email_address=" + ADDRESS)
                .at("/subscribers/0");
        assertThat(reader.get("state").asText()).isEqualTo("cancelled");
        assertThat(reader.get("first_name").asText()).isEqualTo("Ada");
    }

    @Test
    void script_in_a_name_is_shown_and_does_not_run() {
        var ran = new AtomicBoolean();
        page().onDialog(dialog -> {
            ran.set(true);
            dialog.dismiss();
        });
        var hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
        var page = visit(form);
        page.getByLabel("Email address").fill(ADDRESS);
        page.getByLabel("First name").fill(hostile);
        page.getByLabel("I agree.").check();
        // Sooner than a person can: the form comes back with what was entered.
        page.getByRole(AriaRole.BUTTON).click();

        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();
        assertThat(page.getByLabel("First name")).hasValue(hostile);
        assertThat(ran).isFalse();
    }

    @Test
    void what_only_machines_fill_in_is_not_there_for_people() {
        var page = visit(form);

        assertThat(page.locator("#website")).not().isInViewport();
        for (int i = 0; i < 4; i++) {
            page.keyboard().press("Tab");
            assertThat(page.evaluate("document.activeElement.id")).isNotEqualTo("website");
        }
    }
}
