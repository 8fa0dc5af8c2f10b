package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.BrowserTest;
import reynard.testing.TestServer;

/// The workplace as its author has it before them.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkplaceInABrowserTest extends BrowserTest {
    private static final String AXE = axe();

    private TestServer server;
    private TestServer.Sequence sequence;
    private TestServer.Reader reader;
    private final List<String> sheets = new ArrayList<>();
    private long tag;
    private long segment;
    private long letterForm;
    private long snippet;
    private long webhook;
    private long draft;
    private long sent;

    @BeforeAll
    void start() {
        server = TestServer.start();
        tag = server.tag("Customer");
        segment = server.post(
                        "/ext/v1/segments",
                        json("{'name':'All','filter':[{'all':[{'type':'opens'},"
                                + "{'type':'subscribed','after':'2025-12-24'},{'type':'state','state':'active'}]}]}"))
                .at("/segment/id")
                .asLong();
        letterForm = server.post("/ext/v1/forms", json("{'name':'Letter','type':'embed'}"))
                .at("/form/id")
                .asLong();
        snippet = server.post("/v4/snippets", json("{'name':'Greeting','snippet_type':'inline','content':'Hello'}"))
                .at("/snippet/id")
                .asLong();
        server.field("Favourite tea");
        sequence = server.sequence(
                immediate("Hello"), days("Tips", 2), days("Draft", 1).draft(), days("Offer", 3));
        reader = server.subscriber("anna@example.org", sequence);
        var author = new reynard.testing.Browser(server);
        author.logIn("author@example.com", server.password());
        sheets.add(bring(author, "email,name\nzoe@example.org,Zoe\n"));
        sheets.add(bring(author, "email,name\nzoe@example.org,Zoe\nnobody,Nobody\n"));
        var columns = author.page(sheets.get(1));
        var form = reynard.testing.Browser.form(columns, sheets.get(1));
        form.attr("action", sheets.get(1) + "/start");
        author.submit(form, Map.of());
        webhook = server.post(
                        "/v4/webhook_endpoints", json("{'url':'https://hooks.example.com/','events':['tag.created']}"))
                .at("/webhook_endpoint/id")
                .asLong();
        draft = server.post("/v4/broadcasts", "{\"subject\":\"News\",\"content\":\"<p>Hello</p>\"}")
                .at("/broadcast/id")
                .asLong();
        sent = server.post(
                        "/v4/broadcasts",
                        json("{'subject':'Old news','content':'<p>Hi</p>','public':true,'send_at':'2026-01-05'}"))
                .at("/broadcast/id")
                .asLong();
        server.settle();
    }

    /// @return the path of its page
    private static String bring(reynard.testing.Browser author, String table) {
        var form = reynard.testing.Browser.form(author.page("/people/import"), "/people/import");
        var answer = author.upload(form, "file", "list.csv", table.getBytes(StandardCharsets.UTF_8));
        return answer.raw().headers().firstValue("Location").orElseThrow();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    protected TestServer server() {
        return server;
    }

    @BeforeEach
    void logIn() {
        // So many logins in a row would be refused.
        server.advance(Duration.ofMinutes(2));
        var page = visit("/login");
        page.fill("#email", "author@example.com");
        page.fill("#password", server.password());
        page.click("button");
        page.waitForURL(url("/"));
    }

    private static String axe() {
        try (var about = WorkplaceInABrowserTest.class.getResourceAsStream(
                "/META-INF/maven/org.webjars.npm/axe-core/pom.properties")) {
            var properties = new Properties();
            properties.load(about);
            var path = "/META-INF/resources/webjars/axe-core/" + properties.getProperty("version") + "/axe.min.js";
            try (var script = WorkplaceInABrowserTest.class.getResourceAsStream(path)) {
                return new String(script.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What axe finds wrong with the page, in words.
    private static List<String> violations(Page page) {
        page.evaluate(AXE);
        var found = (List<?>) page.evaluate("async () => (await axe.run(document, {iframes: false})).violations.map("
                + "violation => violation.id + ': ' + violation.nodes[0].html)");
        return found.stream().map(String::valueOf).toList();
    }

    private List<String> pages() {
        var home = "/sequences/" + sequence.id();
        return List.of(
                "/",
                "/sequences",
                "/sequences/new",
                home,
                home + "/settings",
                home + "/delete",
                home + "/emails/new?at=1",
                home + "/emails/" + sequence.email("Tips"),
                home + "/emails/" + sequence.email("Tips") + "/versions",
                "/broadcasts",
                "/broadcasts?state=completed",
                "/broadcasts/new",
                "/broadcasts/" + draft,
                "/broadcasts/" + draft + "/send",
                "/broadcasts/" + sent,
                "/posts",
                home + "/stats",
                home + "/stats?email=" + sequence.email("Tips"),
                home + "/stats/days",
                "/settings/webhooks",
                "/settings/webhooks/new",
                "/settings/webhooks/" + webhook,
                "/settings/tokens",
                "/segments",
                "/segments/new",
                "/segments/" + segment,
                "/tags",
                "/tags/" + tag,
                "/fields",
                "/forms",
                "/forms/new",
                "/forms/" + letterForm,
                "/templates",
                "/templates/new",
                "/snippets",
                "/snippets/new",
                "/snippets/" + snippet,
                "/people",
                "/people?q=anna",
                "/people?q=nobody",
                "/people/new",
                "/people/import",
                sheets.get(0),
                sheets.get(1),
                "/people/" + reader.id(),
                "/sending",
                "/sending?state=failed",
                "/sending?to=nobody@example.org",
                "/sending/suppressed",
                "/sending/returned",
                "/sending/health",
                "/settings/senders",
                "/inbox",
                "/settings",
                "/settings/people",
                "/you",
                "/you/accounts",
                "/nowhere");
    }

    @Test
    void no_page_has_what_somebody_could_not_use_in_light_and_in_dark() {
        var wrong = new ArrayList<String>();
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            for (var path : pages()) {
                var page = visit(path);
                violations(page).forEach(violation -> wrong.add(path + " " + scheme + ": " + violation));
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void an_email_in_the_inbox_is_read_without_telling_that_it_was_opened() {
        var page = visit("/inbox");
        page.click("tbody a");

        page.frameLocator("iframe").locator("body").waitFor();
        assertThat(violations(page)).isEmpty();
        assertThat(visit("/sequences/" + sequence.id())
                        .locator(".mail .numbers")
                        .first()
                        .innerText())
                .contains("0.0%")
                .doesNotContain("100");
    }

    @Test
    void every_page_fits_a_telephone() {
        page().setViewportSize(360, 740);
        for (var path : pages()) {
            var tooWide = visit(path)
                    .evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assertThat(tooWide).as(path).isEqualTo(0);
        }
    }

    @Test
    void emails_change_places_by_keyboard_alone() {
        var other = server.sequence(days("One", 1), days("Two", 1), days("Three", 1));
        var page = visit("/sequences/" + other.id());

        page.focus("[aria-label='Move “Three” up']");
        page.keyboard().press("Enter");
        page.waitForSelector("[role=status]");

        assertThat(page.locator(".mail h3").allInnerTexts()).containsExactly("One", "Three", "Two");
    }

    @Test
    void emails_change_places_by_being_dragged() {
        var other = server.sequence(days("One", 1), days("Two", 1), days("Three", 1));
        var page = visit("/sequences/" + other.id());

        page.dragAndDrop(
                "[data-email='" + other.email("Three") + "'] .handle",
                "[data-email='" + other.email("One") + "'] .when");
        page.waitForSelector("[role=status]");

        assertThat(page.locator(".mail h3").allInnerTexts().indexOf("Three")).isLessThan(2);
    }

    @Test
    void the_preview_follows_what_is_typed_and_runs_nothing() {
        var page = visit("/sequences/" + sequence.id() + "/emails/" + sequence.email("Tips"));
        page.fill("#reader", "anna@example.org");
        page.fill(
                "#content",
                "<p id=said>For {{ subscriber.email_address }}</p><script>document.title='run'</script>"
                        + "<svg onload=\"parent.document.title='run'\"></svg><a href=\"javascript:alert(1)\">x</a>");

        var said = page.frameLocator("iframe").locator("#said");
        said.filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText("anna@example.org"))
                .waitFor();
        assertThat(page.title()).startsWith("Tips");
    }

    @Test
    void people_are_found_while_an_address_is_typed() {
        server.subscriber("zora@example.org");
        var page = visit("/people");

        page.locator("#q").pressSequentially("zor");
        page.waitForURL(found -> found.contains("q=zor"));

        assertThat(page.locator("tbody th").allInnerTexts()).containsExactly("zora@example.org");
    }

    @Test
    void a_table_is_brought_and_its_progress_followed_to_the_end() {
        var page = visit("/people/import");
        page.setInputFiles(
                "#file",
                new FilePayload(
                        "list.csv", "text/csv", "E-Mail\nyara@example.org\nnobody\n".getBytes(StandardCharsets.UTF_8)));
        page.click("text=Go on");
        page.click("text=Try it");
        page.click("text=Add 1 line");
        page.waitForSelector("[data-progress] progress");

        server.settle();

        page.waitForSelector("h2:has-text('Done')");
        assertThat(page.locator("[data-words]").innerText()).isEqualTo("2 of 2 lines done, 1 of them in vain.");
    }

    @Test
    void what_is_written_is_kept_by_itself_and_a_variable_put_where_the_cursor_stands() {
        var path = "/sequences/" + sequence.id() + "/emails/" + sequence.email("Offer");
        var page = visit(path);
        page.fill("#content", "Dear ");
        page.selectOption("[data-inserts]", "{{ subscriber.first_name }}");
        page.locator("[data-kept]:has-text('Your draft is kept.')").waitFor();

        assertThat(visit(path + "?draft=true").inputValue("#content")).isEqualTo("Dear {{ subscriber.first_name }}");
    }

    @Test
    void a_hostile_name_runs_nothing_on_any_page_that_shows_it() {
        for (var name : List.of(
                "<img src=x onerror=\"document.title='run'\">",
                "\"><svg/onload=\"document.title='run'\">",
                "</textarea><script>document.title='run'</script>",
                "{{ 7 | times: 7 }}${7*7}javascript:alert(1)")) {
            server.post(
                    "/v4/subscribers", TestServer.text(Map.of("email_address", "eve@example.org", "first_name", name)));
            var page = visit("/people?q=eve");
            assertThat(page.locator("tbody td").first().innerText()).isEqualTo(name);
            page.click("tbody th a");
            page.waitForSelector("h1");
            assertThat(page.locator("h1").innerText()).isEqualTo(name);
            assertThat(page.title()).doesNotContain("run");
        }
    }
}
