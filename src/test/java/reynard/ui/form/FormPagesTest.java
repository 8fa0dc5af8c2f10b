package reynard.ui.form;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.util.Map;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.FormElement;
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
class FormPagesTest {
    private TestServer server;
    private Browser browser;
    private long tag;
    private long sequence;

    @BeforeAll
    void start() {
        server = TestServer.start();
        tag = server.tag("Guest");
        sequence = server.sequence(immediate("Welcome")).id();
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Document make(String name) {
        return browser.follow(
                browser.submit(Browser.form(browser.page("/forms/new"), "/forms/new"), Map.of("name", name)));
    }

    private static String home(Document page) {
        return page.select("#form").attr("action");
    }

    @Test
    void a_form_is_made_says_what_it_does_and_shows_it_to_visitors() {
        var page = make("Tea letter");
        assertThat(page.select("[role=status]").text()).isEqualTo("“Tea letter” is there.");
        var form = (FormElement) page.select("#form").get(0);
        form.select("[value=tag:" + tag + "], [value=sequence:" + sequence + "]")
                .attr("checked", "checked");
        form.select("[name=double_opt_in]").removeAttr("checked");

        page = browser.follow(browser.submit(form, Map.of("heading", "Tea, weekly", "introduction", "Good <tea>.")));

        assertThat(page.select("#heading").val()).isEqualTo("Tea, weekly");
        var url = page.select("#url").val();
        var id = home(page).replaceFirst(".*/", "");
        var kept = server.get("/ext/v1/forms/" + id + "/page").at("/page");
        assertThat(kept.path("url").asText()).isEqualTo(url);
        assertThat(kept.path("double_opt_in").asBoolean(true)).isFalse();
        assertThat(kept.path("tag_ids").toString()).isEqualTo("[" + tag + "]");
        assertThat(kept.path("sequence_ids").toString()).isEqualTo("[" + sequence + "]");
        assertThat(page.select("#embed_html").text()).startsWith("<form");
        assertThat(page.select("#embed_script").text()).contains("/index.js");
        var shown = server.send("GET", url.replaceFirst("^https?://[^/]*", ""), (byte[]) null, TestServer.BROWSER);
        assertThat(shown.raw().body()).contains("Tea, weekly", "Good &lt;tea&gt;.");
    }

    @Test
    void the_list_counts_who_came_by_each_form() {
        var page = make("Counted");
        var id = home(page).replaceFirst(".*/", "");
        var anna = server.subscriber("anna@example.org").id();
        server.post("/v4/forms/" + id + "/subscribers/" + anna, "{}");

        assertThat(browser.page("/forms").select("tbody tr:contains(Counted)").text())
                .startsWith("Counted Form 1 Mon 5 Jan");
        assertThat(browser.page(home(page)).select(".head p").text()).contains("1 person came by it");
    }

    @Test
    void a_form_is_archived_and_used_again() {
        var home = home(make("Old"));

        var page = browser.follow(browser.post(home, Map.of("csrf", csrf(home), "to", "archived")));
        assertThat(page.select(".head .badge").text()).isEqualTo("Archived");
        assertThat(browser.page("/forms").text()).doesNotContain("Old");
        assertThat(browser.page("/forms?status=archived").text()).contains("Old");

        page = browser.follow(browser.post(home, Map.of("csrf", csrf(home), "to", "active")));
        assertThat(page.select(".head .badge").text()).isEqualTo("In use");
    }

    private String csrf(String path) {
        return browser.page(path).select("[name=csrf]").val();
    }

    @Test
    void a_host_that_is_not_named_is_refused_beside_the_field_until_it_is_named() {
        var page = make("Leads on");
        var form = (FormElement) page.select("#form").get(0);
        var wanted = Map.of("redirect_url", "https://www.example.com/thanks", "heading", "Kept");

        var answer = browser.submit(form, wanted);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(Browser.parse(answer).select("#redirect_url-fault").text())
                .isEqualTo("Must lead to one of your redirect hosts.");
        assertThat(Browser.parse(answer).select("#heading").val()).isEqualTo("Kept");

        browser.submit(
                Browser.form(browser.page("/forms"), "/forms/hosts"),
                Map.of("redirect_hosts", "www.example.com\r\nexample.org"));
        browser.follow(browser.submit(form, wanted));
        var hosts = browser.submit(
                Browser.form(browser.page("/forms"), "/forms/hosts"), Map.of("redirect_hosts", "https://x/"));
        assertThat(hosts.status()).isEqualTo(422);
        assertThat(Browser.parse(hosts).select("#redirect_hosts").text()).isEqualTo("https://x/");
    }

    @Test
    void a_form_without_a_name_is_not_made() {
        var answer = browser.submit(Browser.form(browser.page("/forms/new"), "/forms/new"), Map.of("name", " "));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(Browser.parse(answer).select("#name-fault").text()).isEqualTo("Can't be blank.");
    }
}
