package reynard.access;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;

import com.microsoft.playwright.Page;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.Axe;
import reynard.testing.Browser;
import reynard.testing.BrowserTest;
import reynard.testing.TestServer;

/// Who comes in, and what they may do then.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthorsInABrowserTest extends BrowserTest {
    private static final String PASSWORD = "correct horse battery";
    /// What somebody changes a thing with.
    private static final String CHANGES =
            "form[method=post]:not([data-own]):not([action='/logout']) button, .handle, .add, .button.first,"
                    + " a[href$='/import'], a[href*='/export'], a[href$='/delete']";

    private TestServer server;
    private TestServer.Sequence sequence;

    @BeforeAll
    void start() {
        server = TestServer.start();
        sequence = server.sequence(days("Hello", 1), days("Tips", 2));
        server.subscriber("anna@example.org", sequence).getsTag(server.tag("Customer"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    protected TestServer server() {
        return server;
    }

    // Codes

    private String code(byte[] secret) {
        return OneTimeCode.at(secret, OneTimeCode.step(server.now()));
    }

    private static void enterPassword(Page page) {
        page.fill("#email", "tess@example.org");
        page.fill("#password", PASSWORD);
        page.keyboard().press("Enter");
        page.waitForSelector("#code");
    }

    private static void enterCode(Page page, String code) {
        page.fill("#code", code);
        page.keyboard().press("Enter");
    }

    @Test
    void a_code_is_asked_for_once_it_is_switched_on_and_one_that_was_written_down_works_once() {
        var owner = new Browser(server);
        owner.logIn("author@example.com", server.password());
        var invited = Browser.parse(owner.submit(
                Browser.form(owner.page("/settings/people"), "/settings/people"),
                Map.of("email_address", "tess@example.org", "role", "viewer")));
        var page = visit(invited.select("[role=status] code").text());
        page.fill("#password", PASSWORD);
        page.keyboard().press("Enter");
        page.waitForURL(url("/"));

        visit("/you").click("text=Set it up");
        var secret = SecondFactorTest.secret(page.locator("section code").innerText());
        assertThat(Axe.violations(page)).isEmpty();
        enterCode(page, "000000");
        page.waitForSelector("#code-fault");
        assertThat(page.locator("#code-fault").innerText())
                .isEqualTo("This is no code of yours, or it was used before.");
        enterCode(page, code(secret));
        page.waitForSelector("#h-codes");
        var written = page.locator(".codes code").allInnerTexts();
        assertThat(written).hasSize(10);
        assertThat(Axe.violations(page)).isEmpty();

        page.click("text=Log out");
        page.waitForURL(url("/login"));
        server.advance(Duration.ofMinutes(1));
        enterPassword(page);
        assertThat(Axe.violations(page)).isEmpty();
        enterCode(page, "123456");
        page.waitForSelector("#code-fault");
        assertThat(page.getAttribute("#code", "aria-invalid")).isEqualTo("true");
        assertThat(page.getAttribute("#code", "aria-describedby")).contains("code-fault");
        assertThat(Axe.violations(page)).isEmpty();
        enterCode(page, code(secret));
        page.waitForURL(url("/"));

        var lost = newPerson();
        lost.navigate(url("/sequences"));
        enterPassword(lost);
        enterCode(lost, written.getFirst());
        lost.waitForURL(url("/sequences"));
        lost.click("text=Log out");
        lost.waitForURL(url("/login"));
        enterPassword(lost);
        enterCode(lost, written.getFirst());
        lost.waitForSelector("#code-fault");
        assertThat(visit("/you").locator("#factor ~ p").first().innerText()).contains("9 codes");
    }

    // Roles

    private Page joined(String email, String role) {
        visit("/settings/people").fill("#email_address", email);
        page().selectOption("#role", role);
        page().click("main form button.first");
        var link = page().locator("[role=status] code").innerText();
        var theirs = newPerson();
        theirs.navigate(url(link));
        assertThat(Axe.violations(theirs)).isEmpty();
        theirs.fill("#password", PASSWORD);
        theirs.keyboard().press("Enter");
        theirs.waitForURL(url("/"));
        return theirs;
    }

    /// The status of a form that a page of ours does not have, sent with the token of one that it has.
    private static int forged(Page page, String path, String name, String value) {
        var script = "async ([path, name, value]) => (await fetch(path, {method: 'POST', redirect: 'manual',"
                + " body: new URLSearchParams({csrf: document.querySelector('[name=csrf]').value, [name]: value})"
                + "})).status";
        return (Integer) page.evaluate(script, List.of(path, name, value));
    }

    @Test
    void an_owner_invites_by_link_and_a_viewer_changes_nothing_and_an_editor_no_people_and_keys() {
        logIn("author@example.com", server.password());
        var viewer = joined("vera@example.org", "viewer");
        var editor = joined("erin@example.org", "editor");

        var home = "/sequences/" + sequence.id();
        var person = "/people/" + server.subscriber("anna@example.org").id();
        for (var path : List.of(
                "/",
                "/sequences",
                home,
                home + "/settings",
                home + "/emails/" + sequence.email("Tips"),
                "/people",
                person,
                "/broadcasts",
                "/tags",
                "/segments",
                "/forms",
                "/templates",
                "/sending/health",
                "/settings")) {
            viewer.navigate(url(path));
            assertThat(viewer.locator("h1").count()).as(path).isEqualTo(1);
            assertThat(viewer.locator(CHANGES).all().stream()
                            .filter(element -> element.isVisible())
                            .map(element -> element.innerText())
                            .toList())
                    .as(path)
                    .isEmpty();
        }
        assertThat(forged(viewer, home + "/active", "to", "off")).isEqualTo(403);
        assertThat(forged(viewer, person + "/unsubscribe", "x", "y")).isEqualTo(403);
        assertThat(viewer.navigate(url("/settings/people")).status()).isEqualTo(403);
        assertThat(sequence.show().path("active").asBoolean()).isTrue();

        editor.navigate(url(home));
        editor.click("[aria-label='Send this sequence']");
        editor.waitForSelector("[aria-label='Send this sequence'][aria-checked=false]");
        assertThat(sequence.show().path("active").asBoolean()).isFalse();
        editor.navigate(url("/settings"));
        assertThat(editor.locator("a[href='/settings/people']").count()).isZero();
        assertThat(forged(editor, "/settings/keys", "key_name", "mine")).isEqualTo(403);
        assertThat(forged(editor, "/settings/people", "email_address", "friend@example.org"))
                .isEqualTo(403);
        assertThat(editor.navigate(url("/settings/people")).status()).isEqualTo(403);
    }
}
