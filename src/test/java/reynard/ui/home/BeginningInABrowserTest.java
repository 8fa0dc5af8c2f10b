package reynard.ui.home;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.SelectOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.Axe;
import reynard.testing.BrowserTest;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BeginningInABrowserTest extends BrowserTest {
    private final TestServer server = TestServer.start();

    @Override
    protected TestServer server() {
        return server;
    }

    @AfterEach
    void close() {
        server.close();
    }

    private List<String> done() {
        return page().locator(".steps .done h3").allInnerTexts();
    }

    /// Back on the first page, on to the next step.
    private Page next(String button) {
        page().click(".nav a:has-text('Home')");
        page().click(".steps a:has-text('" + button + "')");
        return page();
    }

    private void saved(String button) {
        page().click("main form button:has-text('" + button + "')");
        page().waitForSelector("[role=status]");
    }

    @Test
    void an_author_comes_from_the_first_login_to_a_first_email_in_the_inbox_by_four_steps_alone() {
        server.put("/ext/v1/account", json("{'postal_address':null}"));
        var page = visit("/");
        assertThat(page.url()).endsWith("/login");
        page.fill("#email", "author@example.com");
        page.fill("#password", server.password());
        page.keyboard().press("Enter");
        page.waitForSelector("#h-steps");
        assertThat(page.locator(".steps li").count()).isEqualTo(4);
        assertThat(done()).isEmpty();
        assertThat(Axe.violations(page)).isEmpty();

        next("Settings").fill("#postal_address", "1 Tea Street\nLondon");
        saved("Save");

        next("New sequence").fill("#name", "A course about tea");
        page.click("main form button.first");
        page.click("text=Write the first email");
        page.fill("#subject", "Welcome");
        write(page, "#content", "<p>Good to have you here.</p>");
        page.fill("#delay_value", "0");
        page.click("text=Save and publish");
        page.waitForSelector("[role=status]:has-text('is published')");

        next("Add somebody").fill("#email_address", "author@example.com");
        page.selectOption("#sequence", new SelectOption().setLabel("A course about tea"));
        saved("Add");
        page.click(".nav a:has-text('Home')");
        page.waitForSelector("#h-steps");
        assertThat(done()).hasSize(3);
        server.settle();

        page.click(".steps a:has-text('Inbox')");
        page.click("tbody a:has-text('Welcome')");
        var letter = page.frameLocator("iframe").locator("body");
        letter.waitFor();
        assertThat(letter.innerText()).contains("Good to have you here.", "1 Tea Street");
        assertThat(Axe.violations(page)).isEmpty();
        page.click(".nav a:has-text('Home')");
        page.waitForSelector("#h-hours");
        assertThat(page.locator(".steps").count()).isZero();
    }
}
