package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.http.Routes;
import reynard.testing.Browser;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeskTest {
    private static final String AUTHOR = "author@example.com";

    private TestServer server;
    private TestServer.Sequence sequence;

    @BeforeAll
    void start() {
        server = TestServer.start();
        sequence = server.sequence(TestServer.days("Hello", 1));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Browser loggedIn() {
        var browser = new Browser(server);
        assertThat(browser.logIn(AUTHOR, server.password()).status()).isEqualTo(303);
        return browser;
    }

    private static String header(Answer answer, String name) {
        return answer.raw().headers().firstValue(name).orElse("");
    }

    @Test
    void a_stranger_is_sent_to_log_in_and_from_there_to_where_they_wanted() {
        var browser = new Browser(server);
        var path = "/sequences/" + sequence.id();

        var sent = header(browser.get(path), "Location");
        assertThat(sent).startsWith("/login?next=");
        var fields = Browser.fields(browser.get(sent));
        fields.put("email", AUTHOR);
        fields.put("password", server.password());

        assertThat(header(browser.post("/login", fields), "Location")).isEqualTo(path);
    }

    @Test
    void no_page_and_no_form_of_the_workplace_opens_to_a_stranger() {
        for (var route : server.routes()) {
            if (route.door() == Routes.Door.PAGE && !route.path().startsWith("/assets/")) {
                var path = route.path().replaceAll("\\{[a-z_]+}", Long.toString(sequence.id()));
                var answer = route.verb() == Routes.Verb.GET
                        ? new Browser(server).get(path)
                        : new Browser(server).post(path, Map.of());
                assertThat(answer.status()).as(route.verb() + " " + path).isEqualTo(303);
                assertThat(header(answer, "Location")).startsWith("/login");
            }
        }
    }

    @Test
    void a_form_without_its_token_or_from_elsewhere_is_refused() {
        var browser = loggedIn();
        var token = Browser.fields(browser.get("/sequences")).get("csrf");
        for (var route : server.routes()) {
            if (route.door() == Routes.Door.PAGE && route.verb() == Routes.Verb.POST) {
                var path = route.path().replaceAll("\\{[a-z_]+}", Long.toString(sequence.id()));
                assertThat(browser.post(path, Map.of()).status()).as(path).isEqualTo(403);
                assertThat(browser.post(path, Map.of("csrf", "no"), Map.of("Sec-Fetch-Site", "same-origin"))
                                .status())
                        .as(path)
                        .isEqualTo(403);
                assertThat(browser.post(path, Map.of("csrf", token), Map.of("Sec-Fetch-Site", "cross-site"))
                                .status())
                        .as(path)
                        .isEqualTo(403);
                assertThat(browser.post(path, Map.of("csrf", token), Map.of("Origin", "https://evil.example"))
                                .status())
                        .as(path)
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void what_was_typed_is_not_lost_when_the_session_has_ended() {
        var browser = new Browser(server);
        var expired =
                browser.post("/sequences", Map.of("name", "Tea <& more>"), Map.of("Sec-Fetch-Site", "same-origin"));
        assertThat(expired.status()).isEqualTo(401);
        browser.logIn(AUTHOR, server.password());

        var again = Browser.parse(browser.submit(Browser.form(Browser.parse(expired), "/sequences"), Map.of()));
        assertThat(again.select("h1").text()).isEqualTo("Welcome back");
        var sent = browser.submit(Browser.form(again, "/sequences"), Map.of());

        assertThat(Browser.parse(sent).select("#name").attr("value")).isEqualTo("Tea <& more>");
        assertThat(browser.post(
                                "/sequences",
                                Map.of("name", "Tea", "again", "yes"),
                                Map.of("Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void a_form_that_says_nothing_leads_back_to_its_page_after_the_session_has_ended() {
        var answer = new Browser(server)
                .post(
                        "/sequences",
                        Map.of(),
                        Map.of("Referer", "http://127.0.0.1/sequences/new?x=1", "Sec-Fetch-Site", "same-origin"));

        assertThat(header(answer, "Location")).isEqualTo("/login?next=%2Fsequences%2Fnew%3Fx%3D1");
    }

    @Test
    void a_page_may_load_nothing_from_elsewhere_and_run_nothing_of_its_own() {
        var answer = loggedIn().get("/sequences");

        assertThat(header(answer, "Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(header(answer, "Strict-Transport-Security")).isEqualTo("max-age=31536000");
        assertThat(Browser.parse(answer).select("[style], [onclick], style, script:not([src])"))
                .isEmpty();
        assertThat(Browser.parse(answer).select("[src^=http], [href^=http]")).isEmpty();
    }

    @Test
    void what_pages_load_may_be_kept_for_good() {
        var page = loggedIn().page("/sequences");
        for (var element : page.select("link[href], script[src], img[src]")) {
            var path = element.hasAttr("href") ? element.attr("href") : element.attr("src");
            var answer = new Browser(server).get(path);
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(header(answer, "Cache-Control")).contains("immutable");
        }
    }

    @Test
    void what_is_not_there_is_a_page_for_a_browser_and_JSON_for_a_program() {
        var browser = loggedIn();
        var missing = browser.get("/sequences/999999");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(Browser.parse(missing).select("h1").text()).isEqualTo("There is no such page");

        var nowhere = server.send("GET", "/nowhere", (byte[]) null, Map.of("Accept", "text/html"));
        assertThat(nowhere.status()).isEqualTo(404);
        assertThat(Browser.parse(nowhere).select("h1").text()).isEqualTo("There is no such page");
        assertThat(server.get("/nowhere").errors()).containsExactly("Not Found");
        assertThat(server.get("/v4/nowhere").errors()).containsExactly("Not Found");
    }

    @Test
    void what_has_been_done_is_told_once() {
        var browser = loggedIn();
        var form = Browser.form(browser.page("/sequences/new"), "/sequences");
        var first = browser.follow(browser.submit(form, Map.of("name", "Coffee <b>letters</b>")));

        assertThat(first.select("[role=status]").text()).isEqualTo("“Coffee <b>letters</b>” is created.");
        assertThat(browser.page("/sequences").select("[role=status]")).isEmpty();
    }
}
