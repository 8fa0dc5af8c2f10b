package reynard.ui.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;
import static reynard.testing.TestServer.text;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jsoup.Jsoup;
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
class BroadcastPagesTest {
    private TestServer server;
    private Browser browser;
    private long tag;

    @BeforeAll
    void start() {
        server = TestServer.start();
        tag = server.tag("Customer");
        server.subscriber("anna@example.org").getsTag(tag);
        server.subscriber("bert@example.org");
        server.subscriber("carl@example.org").unsubscribes();
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private long broadcast(String fields) {
        return server.post("/v4/broadcasts", json(fields)).at("/broadcast/id").asLong();
    }

    private String path(long broadcast) {
        return "/broadcasts/" + broadcast;
    }

    @Test
    void a_broadcast_is_written_for_a_tag_looked_at_once_more_and_sent() {
        var written = Browser.form(browser.page("/broadcasts/new"), "/broadcasts/new");
        written.select("[value=tag:" + tag + "]").attr("checked", "checked");
        var page = browser.follow(browser.submit(
                written, Map.of("subject", "Tea is here", "content", "<p>Hello</p>", "match", "any", "public", "on")));
        assertThat(page.select("[role=status]").text()).isEqualTo("Saved as a draft: nothing is sent yet.");
        assertThat(page.select("h1").text()).isEqualTo("Tea is here");

        var home = Browser.form(page, page.select("#email").attr("action")).attr("action");
        var last = browser.page(home + "/send");
        assertThat(last.select("dl.facts").text()).contains("To those in tag “Customer” Now that is 1 person");
        browser.follow(browser.submit(Browser.form(last, home + "/send"), Map.of("when", "now")));
        server.settle();

        var report = browser.page(home);
        assertThat(report.select("h1").text()).isEqualTo("Tea is here");
        assertThat(report.select(".head .badge").text()).isEqualTo("Sent");
        assertThat(report.select(".tile").eachText()).contains("Sent 1 of 1 chosen", "Opened 0.0% 0");
        assertThat(report.select("dl.facts").text()).contains("For Those in tag “Customer”");
        assertThat(report.select(".head a[href*=/p/]").text()).isEqualTo("On the web");
        assertThat(browser.page("/broadcasts?state=completed")
                        .select("tbody tr:contains(Tea is here)")
                        .text())
                .startsWith("Tea is here Sent today, 12:00 1 0.0% 0.0%");
        assertThat(browser.page("/posts").select("tbody tr").eachText())
                .contains("Tea is here Published today, 12:00 Read it: Tea is here");
    }

    @Test
    void a_link_that_readers_follow_is_counted() {
        var id = broadcast("{'subject':'Links','content':'<a href=https://example.com/tea>x</a>',"
                + "'send_at':'2026-01-05','subscriber_filter':[{'all':[{'type':'tag','ids':[" + tag + "]}]}]}");
        server.settle();
        var mail = server.get("/ext/v1/inbox?to=anna@example.org")
                .at("/messages/0/id")
                .asText();
        var html = server.get("/ext/v1/inbox/" + mail).at("/message/html").asText();
        var link = Jsoup.parse(html).select("a:contains(x)").attr("href").replaceFirst("^https?://[^/]*", "");
        // Nobody reads as fast as a machine.
        server.advance(Duration.ofMinutes(10));
        server.send("GET", link, (byte[]) null, TestServer.BROWSER);
        server.settle();

        var report = browser.page(path(id));
        assertThat(report.select("tbody tr").eachText()).containsExactly("https://example.com/tea 1 100.0%");
        assertThat(report.select(".tile").eachText()).contains("Clicked 100.0% 1", "Clicks in all 1");
    }

    @Test
    void a_broadcast_is_scheduled_on_the_clocks_of_the_account_and_taken_back() {
        server.put("/ext/v1/account", json("{'time_zone':'Europe/Berlin'}"));
        var home = path(broadcast("{'subject':'Later','content':'<p>x</p>'}"));

        var page = browser.follow(browser.submit(
                Browser.form(browser.page(home + "/send"), home + "/send"),
                Map.of("when", "at", "send_at", "2026-02-03T09:00")));

        assertThat(page.select("[role=status]").text()).isEqualTo("Scheduled for Tue 3 Feb, 09:00.");
        assertThat(server.get("/v4" + home).at("/broadcast/send_at").asText()).isEqualTo("2026-02-03T08:00:00Z");
        var draft = browser.follow(browser.submit(Browser.form(page, home + "/hold"), Map.of()));
        assertThat(draft.select(".head .badge").text()).isEqualTo("Draft");
        assertThat(server.get("/v4" + home).at("/broadcast/send_at").isNull()).isTrue();
    }

    @Test
    void a_time_that_is_past_or_none_is_refused_beside_its_field() {
        var home = path(broadcast("{'subject':'Never','content':'<p>x</p>'}"));
        var form = Browser.form(browser.page(home + "/send"), home + "/send");

        var past = browser.submit(form, Map.of("when", "at", "send_at", "2025-12-24T18:00"));
        assertThat(past.status()).isEqualTo(422);
        assertThat(Browser.parse(past).select("#send_at-fault").text()).isEqualTo("This is in the past.");
        assertThat(Browser.parse(past).select("#send_at").val()).isEqualTo("2025-12-24T18:00");
        var none = browser.submit(form, Map.of("when", "at", "send_at", ""));
        assertThat(Browser.parse(none).select("#send_at-fault").text()).isEqualTo("Choose a day and a time.");
    }

    @Test
    void a_broadcast_without_a_text_cannot_be_sent_and_says_why() {
        var home = path(broadcast("{'subject':'Empty'}"));

        var page = browser.page(home + "/send");

        assertThat(page.select(".note li").eachText()).containsExactly("It has no text.");
        assertThat(page.select("form[action=" + home + "/send]")).isEmpty();
    }

    @Test
    void what_was_typed_stays_when_nobody_was_chosen() {
        var form = Browser.form(browser.page("/broadcasts/new"), "/broadcasts/new");

        var answer = browser.submit(form, Map.of("subject", "Kept <b>", "match", "all"));

        assertThat(answer.status()).isEqualTo(422);
        var page = Browser.parse(answer);
        assertThat(page.select("#sources-fault").text()).isEqualTo("Choose a segment or a tag, or send to everyone.");
        assertThat(page.select("#subject").val()).isEqualTo("Kept <b>");
    }

    @Test
    void who_saves_second_is_told_and_loses_nothing() {
        var home = path(broadcast("{'subject':'Ours','content':'<p>x</p>'}"));
        var form = Browser.form(browser.page(home), home);
        server.advance(Duration.ofMinutes(1));
        server.put("/v4" + home, text(Map.of("subject", "Theirs")));

        var answer = browser.submit(form, Map.of("subject", "Mine"));

        assertThat(answer.status()).isEqualTo(409);
        var page = Browser.parse(answer);
        assertThat(page.select("section h2").eachText()).containsExactly("Subject");
        assertThat(page.select(".compare pre").eachText()).containsExactly("Theirs", "Mine");
        browser.follow(browser.submit(Browser.form(page, home), Map.of()));
        assertThat(server.get("/v4" + home).at("/broadcast/subject").asText()).isEqualTo("Mine");
    }

    @Test
    void a_broadcast_that_is_going_out_shows_how_far_it_is_and_can_be_stopped() {
        var home = path(broadcast("{'subject':'Held','content':'<p>x</p>'}"));
        assertThat(Browser.parse(browser.post(home + "/abort", csrf(home))).title())
                .isEmpty();
        assertThat(browser.page(home).select("[role=status]").text()).isEqualTo("There is nothing to stop.");

        browser.submit(
                Browser.form(browser.page(home + "/send"), home + "/send"),
                Map.of("when", "at", "send_at", "2026-03-03T09:00"));
        browser.post(home + "/abort", csrf(home));

        var report = browser.page(home);
        assertThat(report.select(".head .badge").text()).isEqualTo("Stopped");
        assertThat(report.select("dl.facts").text()).contains("Stopped by hand");
    }

    private Map<String, String> csrf(String page) {
        return Map.of("csrf", browser.page(page).select("[name=csrf]").val());
    }

    @Test
    void a_draft_is_deleted_for_good() {
        var home = path(broadcast("{'subject':'Gone'}"));

        browser.follow(browser.submit(Browser.form(browser.page(home), home + "/delete"), Map.of()));

        assertThat(browser.get(home).status()).isEqualTo(404);
        assertThat(browser.page("/broadcasts").text()).doesNotContain("Gone");
    }

    @Test
    void the_preview_shows_the_letter_as_one_reader_gets_it() {
        var answer = browser.post(
                "/broadcasts/preview",
                Map.of(
                        "csrf",
                                browser.page("/broadcasts/new")
                                        .select("[name=csrf]")
                                        .val(),
                        "subject", "S",
                        "content", "<p>For {{ subscriber.email_address }}</p>",
                        "reader", "anna@example.org"));

        assertThat(Browser.parse(answer).text()).contains("For anna@example.org");
        assertThat(answer.raw().headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("sandbox;");
    }

    @Test
    void what_is_typed_is_kept_and_every_version_can_be_taken_up_again_until_it_is_deleted() {
        var home = path(broadcast("{'subject':'Kept','content':'<p>x</p>'}"));
        var form = Browser.form(browser.page(home), home);
        form.attr("action", home + "/draft");
        assertThat(browser.submit(form, Map.of("content", "<p>Half a thought")).status())
                .isEqualTo(204);
        var page = browser.page(home);
        assertThat(page.select("[role=status]").text()).contains("You typed something here");
        assertThat(browser.page(home + "?draft=true").select("#content").text()).contains("Half a thought");
        browser.submit(Browser.form(page, home + "/draft/drop"), Map.of());
        assertThat(browser.page(home).text()).doesNotContain("You typed something here");

        form.attr("action", home);
        browser.follow(browser.submit(form, Map.of("subject", "Once")));
        server.advance(Duration.ofMinutes(1));
        browser.follow(browser.submit(Browser.form(browser.page(home), home), Map.of("subject", "Twice")));
        var versions = browser.page(home + "/versions");
        assertThat(versions.select("tbody td:eq(1)").eachText()).containsExactly("Twice", "Once");
        assertThat(browser.page(home + "?version=1").select("#subject").val()).isEqualTo("Once");

        browser.submit(Browser.form(browser.page(home), home + "/delete"), Map.of());
        assertThat(browser.get(home + "/versions").status()).isEqualTo(404);
    }

    @Test
    void a_broadcast_is_written_in_Markdown_seen_as_a_reader_and_tried_on_its_author() {
        server.subscriber("greta@example.org");
        server.post("/v4/snippets", json("{'name':'Bye','snippet_type':'inline','content':'Yours, Ann'}"));
        var home = path(broadcast("{'subject':'For {{ subscriber.email_address }}','content':'x'}"));
        var form = Browser.form(browser.page(home), home);
        assertThat(form.select("[data-inserts] option").eachAttr("value")).contains("{{ snippet.bye }}");
        var written = Map.of("content_type", "markdown", "content", "Some **tea**. {{ snippet.bye }}");
        form.attr("action", "/broadcasts/preview");
        var seen = new HashMap<>(written);
        seen.put("reader", "greta@example.org");
        assertThat(Browser.parse(browser.submit(form, seen)).body().html())
                .contains("<strong>tea</strong>", "Yours, Ann");
        seen.put("view", "text");
        assertThat(Browser.parse(browser.submit(form, seen)).select("h1").text())
                .isEqualTo("For greta@example.org");
        seen.put("view", "checks");
        seen.put("subject", "");
        assertThat(Browser.parse(browser.submit(form, seen)).select("li").text())
                .contains("The subject is empty.");

        form.attr("action", home);
        var page = browser.follow(browser.submit(form, written));
        assertThat(page.select("[name=content_type] [selected]").text()).isEqualTo("Markdown");
        var told = browser.follow(browser.submit(Browser.form(page, home + "/test"), Map.of()));
        assertThat(told.select(".note[role=status]").text()).startsWith("Sent to author@example.com");
        server.settle();
        var mail = server.get("/ext/v1/inbox?to=author@example.com")
                .at("/messages/0/id")
                .asText();
        assertThat(server.get("/ext/v1/inbox/" + mail).at("/message/html").asText())
                .contains("<strong>tea</strong>");
    }

    @Test
    void a_post_has_a_picture_and_a_day_of_its_own() {
        server.put("/ext/v1/account", json("{'time_zone':'Europe/Berlin'}"));
        var home = path(broadcast("{'subject':'Pictured','content':'x'}"));
        var form = Browser.form(browser.page(home), home);
        var refused = Browser.parse(
                browser.submit(form, Map.of("thumbnail_url", "javascript:alert(1)", "published_at", "soon")));
        assertThat(refused.select("#thumbnail_url-fault").text()).startsWith("Must begin with https://");
        assertThat(refused.select("#published_at-fault").text()).startsWith("Choose a day");

        browser.follow(browser.submit(
                form,
                Map.of(
                        "thumbnail_url", "https://example.com/tea.png",
                        "thumbnail_alt", "A cup",
                        "published_at", "2026-03-01T08:00",
                        "public", "on")));

        var saved = server.get("/v4" + home).at("/broadcast");
        assertThat(saved.path("thumbnail_url").asText()).isEqualTo("https://example.com/tea.png");
        assertThat(saved.path("thumbnail_alt").asText()).isEqualTo("A cup");
        assertThat(saved.path("published_at").asText()).isEqualTo("2026-03-01T07:00:00Z");
        assertThat(browser.page(home).select("#published_at").val()).isEqualTo("2026-03-01T08:00");
    }
}
