package reynard.ui.template;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.Browser;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TemplatePagesTest {
    private static final String LAYOUT = "<main>{{ message_content }}</main>{{ unsubscribe_link }}";

    private TestServer server;
    private Browser browser;

    @BeforeAll
    void start() {
        server = TestServer.start();
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String make(String name) {
        var form = Browser.form(browser.page("/templates/new"), "/templates/new");
        return browser.follow(browser.submit(form, Map.of("name", name, "html", LAYOUT)))
                .select("#email")
                .attr("action");
    }

    @Test
    void a_layout_is_made_changed_and_deleted() {
        var home = make("Narrow");

        var page = browser.follow(browser.submit(
                Browser.form(browser.page(home), home), Map.of("name", "Wide", "html", LAYOUT + "<hr>")));
        assertThat(page.select("h1").text()).isEqualTo("Wide");
        assertThat(page.select("#html").text()).endsWith("<hr>");
        browser.follow(browser.submit(Browser.form(page, home + "/delete"), Map.of()));
        assertThat(browser.page("/templates").select("tbody th").eachText()).doesNotContain("Wide");
    }

    @Test
    void a_layout_without_a_place_for_the_text_is_refused_beside_its_field() {
        var home = make("Broken");

        var answer = browser.submit(Browser.form(browser.page(home), home), Map.of("html", "<p>{{ x"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(Browser.parse(answer).select("#html-fault").text()).startsWith("Line 1, column ");
        assertThat(Browser.parse(answer).select("#html").text()).isEqualTo("<p>{{ x");
    }

    @Test
    void a_layout_that_is_used_stays_and_says_by_whom() {
        var home = make("Used");
        server.sequence(json("{'name':'Course','email_template_id':" + home.replaceFirst(".*/", "") + "}"));

        var page = browser.follow(browser.submit(Browser.form(browser.page(home), home + "/delete"), Map.of()));

        assertThat(page.select("[role=status]").text()).isEqualTo("Not deleted: it is used by the sequence “Course”.");
    }

    @Test
    void another_layout_becomes_the_default_and_the_default_has_no_button_to_delete_it() {
        var home = make("New default");

        browser.follow(browser.submit(Browser.form(browser.page(home), home), Map.of("is_default", "on")));

        assertThat(browser.page("/templates")
                        .select("tr:contains(New default) .badge")
                        .text())
                .isEqualTo("Default");
        assertThat(browser.page("/templates").select(".badge:contains(Default)"))
                .hasSize(1);
        assertThat(browser.page(home).select("form[action$=/delete]")).isEmpty();
    }

    @Test
    void the_preview_shows_a_letter_in_the_layout_and_says_what_cannot_be_rendered() {
        var csrf = browser.page("/templates/new").select("[name=csrf]").val();

        var good = browser.post("/templates/preview", Map.of("csrf", csrf, "html", LAYOUT));
        var bad = browser.post("/templates/preview", Map.of("csrf", csrf, "html", "{% if %}"));

        assertThat(Browser.parse(good).select("main h2").text()).isEqualTo("A heading");
        assertThat(Browser.parse(bad).select("h1.fault").text()).isEqualTo("This cannot be rendered");
    }

    @Test
    void a_snippet_is_made_shows_who_uses_it_and_is_put_away() {
        var form = Browser.form(browser.page("/snippets/new"), "/snippets/new");
        var page = browser.follow(
                browser.submit(form, Map.of("name", "Sign off", "content", "<p>Yours</p>", "type", "block")));
        assertThat(page.select("[role=status]").text()).contains("{{ snippet.sign-off }}");
        var home = page.select("form.panel").attr("action");
        server.sequence(json("{'name':'Course'}"), immediate("One").saying("<p>Hello</p>{{ snippet.sign-off }}"));
        server.sequence(json("{'name':'Other'}"), immediate("Two").saying("<p>snippet sign-off</p>"));

        page = browser.follow(
                browser.submit(Browser.form(browser.page(home), home), Map.of("content", "<p>Yours, M.</p>")));
        assertThat(page.select("#content").text()).isEqualTo("<p>Yours, M.</p>");
        assertThat(page.select("section dd").eachText()).containsExactly("Course");
        browser.post(
                home + "/archived", Map.of("csrf", page.select("[name=csrf]").val(), "to", "archived"));
        assertThat(browser.page("/snippets").text()).doesNotContain("Sign off");
        assertThat(browser.page("/snippets?archived=true").text()).contains("Sign off");
    }

    @Test
    void a_snippet_that_leads_back_to_itself_is_refused_beside_its_field() {
        server.post("/v4/snippets", json("{'name':'Loop','snippet_type':'inline','content':'x'}"));
        var home = browser.page("/snippets").select("a:contains(Loop)").attr("href");

        var answer = browser.submit(Browser.form(browser.page(home), home), Map.of("content", "{{ snippet.loop }}"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(Browser.parse(answer).select("#content-fault").text())
                .isEqualTo("Must not contain a circular reference: loop -> loop.");
    }
}
