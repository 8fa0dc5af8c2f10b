package reynard.ui.sequence;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.Browser;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SequencePagesTest {
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

    /// A session does not last through the night.
    private void later(Duration by) {
        server.advance(by);
        logIn();
    }

    private static String home(TestServer.Sequence sequence) {
        return "/sequences/" + sequence.id();
    }

    private static List<String> subjects(Document timeline) {
        return timeline.select(".mail h3").eachText();
    }

    private static List<String> dates(Document timeline) {
        return timeline.select(".mail .when").eachText();
    }

    private static String told(Document page) {
        return page.select("[role=status]").text();
    }

    @Test
    void the_timeline_shows_what_somebody_gets_who_joins_at_a_moment() {
        var sequence = server.sequence(
                "{\"time_zone\":\"Europe/Berlin\",\"send_hour\":9,\"send_days\":[\"tuesday\",\"friday\"]}",
                immediate("Hello"),
                days("Tips", 2),
                hours("Ask", 5),
                days("Draft", 1).draft());

        var timeline = browser.page(home(sequence) + "?joins=2026-01-06T08:00");

        assertThat(subjects(timeline)).containsExactly("Hello", "Tips", "Ask", "Draft");
        assertThat(dates(timeline))
                .containsExactly(
                        "Day 0 · Tue 6 Jan, 08:00",
                        "Day 3 · Fri 9 Jan, 09:00",
                        "Day 3 · Fri 9 Jan, 14:00",
                        "A draft: readers step over it");
    }

    @Test
    void a_paused_sequence_shows_the_dates_of_one_that_goes_on() {
        var sequence = server.sequence("{\"active\":false}", days("Hello", 1));

        assertThat(dates(browser.page(home(sequence) + "?joins=2026-01-06T08:00")))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("Day 1");
    }

    @Test
    void the_numbers_of_an_email_tell_who_waits_and_who_has_had_it() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 1));
        server.subscriber("a@example.org", sequence);
        server.subscriber("b@example.org", sequence);
        server.settle();

        var numbers = browser.page(home(sequence)).select(".mail .numbers");

        assertThat(numbers.get(0).text()).startsWith("Waiting for it 0 Next 24 h 0 Sent 2");
        assertThat(numbers.get(1).text()).startsWith("Waiting for it 2 Next 24 h 2 Sent 0");
    }

    @Test
    void an_edit_that_nobody_notices_is_made_at_once() {
        var sequence = server.sequence(days("Hello", 1));
        var path = home(sequence) + "/emails/" + sequence.email("Hello");

        var page = browser.follow(
                browser.submit(Browser.form(browser.page(path), path), Map.of("content", "<p>New\r\nlines</p>")));

        assertThat(told(page)).isEqualTo("Saved.");
        assertThat(sequence.showEmail("Hello").path("content").asText()).isEqualTo("<p>New\nlines</p>");
    }

    @Test
    void an_edit_that_moves_somebody_asks_first_and_does_what_is_chosen() {
        var sequence = server.sequence(days("Hello", 3), days("Tips", 2));
        server.subscriber("a@example.org", sequence);
        var path = home(sequence) + "/emails/" + sequence.email("Hello");
        later(Duration.ofHours(1));

        var answer = browser.submit(Browser.form(browser.page(path), path), Map.of("delay_value", "5"));
        assertThat(answer.status()).isEqualTo(200);
        var question = Browser.parse(answer);
        assertThat(question.text()).contains("1 person is inside", "Nothing has been changed yet");
        assertThat(question.select(".option").eachText())
                .hasSize(3)
                .first()
                .asString()
                .contains("1 person gets another date for the next email: Thu 8 Jan");
        assertThat(sequence.showEmail("Hello").path("delay_value").asInt()).isEqualTo(3);

        var saved = browser.follow(browser.submit(Browser.form(question, path), Map.of("policy", "new_joiners_only")));

        assertThat(told(saved)).isEqualTo("Saved.");
        assertThat(sequence.showEmail("Hello").path("delay_value").asInt()).isEqualTo(5);
        later(Duration.ofDays(3));
        assertThat(browser.page(home(sequence)).select(".mail .numbers").get(0).text())
                .contains("Sent 1");
    }

    @Test
    void emails_are_moved_without_a_mouse_and_without_a_script() {
        var sequence = server.sequence(days("One", 1), days("Two", 1), days("Three", 1));
        var path = home(sequence) + "/emails/" + sequence.email("Three") + "/move";

        var page = browser.follow(browser.submit(Browser.form(browser.page(home(sequence)), path), Map.of("to", "up")));

        assertThat(told(page)).isEqualTo("The order is changed.");
        assertThat(subjects(page)).containsExactly("One", "Three", "Two");
    }

    @Test
    void emails_are_dragged_into_any_order() {
        var sequence = server.sequence(days("One", 1), days("Two", 1), days("Three", 1));
        var order = sequence.email("Three") + "," + sequence.email("One") + "," + sequence.email("Two");
        var form = Browser.form(browser.page(home(sequence)), home(sequence) + "/order");

        assertThat(subjects(browser.follow(browser.submit(form, Map.of("order", order)))))
                .containsExactly("Three", "One", "Two");
        assertThat(told(browser.follow(browser.submit(form, Map.of("order", Long.toString(sequence.email("One")))))))
                .startsWith("The order stays");
    }

    @Test
    void an_email_that_goes_at_once_stays_the_first() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 1));
        var path = home(sequence) + "/emails/" + sequence.email("Hello") + "/move";

        var page =
                browser.follow(browser.submit(Browser.form(browser.page(home(sequence)), path), Map.of("to", "down")));

        assertThat(told(page)).startsWith("The order stays: an email that goes at once must be the first.");
        assertThat(subjects(page)).containsExactly("Hello", "Tips");
    }

    @Test
    void an_email_that_has_been_deleted_keeps_its_place_for_those_who_had_it() {
        var sequence = server.sequence(days("One", 1), days("Two", 1), days("Three", 1), days("Four", 1));
        server.subscriber("a@example.org", sequence);
        later(Duration.ofDays(2).plusHours(12));
        sequence.deleteEmail("Two");
        var path = home(sequence) + "/emails/" + sequence.email("Four") + "/move";

        browser.submit(Browser.form(browser.page(home(sequence)), path), Map.of("to", "up"));
        later(Duration.ofDays(5));

        assertThat(browser.page(home(sequence)).select(".mail .numbers").eachText())
                .allMatch(numbers -> numbers.contains("Sent 1"));
    }

    @Test
    void an_email_is_added_between_two_others_as_a_draft() {
        var sequence = server.sequence(days("One", 1), days("Two", 1));
        var path = home(sequence) + "/emails/new";

        browser.submit(
                Browser.form(browser.page(path + "?at=1"), path),
                Map.of("subject", "Between", "delay_value", "2", "delay_unit", "hours"));

        var page = browser.page(home(sequence));
        assertThat(subjects(page)).containsExactly("One", "Between", "Two");
        assertThat(dates(page).get(1)).startsWith("A draft");
    }

    @Test
    void a_new_email_is_saved_and_published_in_one_step() {
        var sequence = server.sequence(days("One", 1));
        var path = home(sequence) + "/emails/new";

        var page = browser.follow(
                browser.submit(Browser.form(browser.page(path), path), Map.of("subject", "Two", "then", "publish")));

        assertThat(told(page)).isEqualTo("“Two” is published.");
        assertThat(dates(page)).noneMatch(date -> date.startsWith("A draft"));
    }

    @Test
    void a_new_email_that_somebody_inside_would_get_is_published_once_the_author_has_seen_what_it_does() {
        var sequence = server.sequence(days("One", 1));
        server.subscriber("a@example.org", sequence);
        var path = home(sequence) + "/emails/new";

        var asked = browser.submit(
                Browser.form(browser.page(path + "?at=0"), path),
                Map.of("subject", "Before", "delay_value", "0", "then", "publish"));

        var question = Browser.parse(asked);
        assertThat(question.select("h1").text()).isEqualTo("Publish “Before”");
        assertThat(dates(browser.page(home(sequence))).getFirst()).startsWith("A draft");
        var answer = question.select("main form").attr("action");
        browser.submit(Browser.form(question, answer), Map.of("policy", "next_slot"));
        assertThat(dates(browser.page(home(sequence)))).noneMatch(date -> date.startsWith("A draft"));
    }

    @Test
    void a_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field() {
        var sequence = server.sequence(days("One", 1));
        var path = home(sequence) + "/emails/new";

        var answer = browser.submit(
                Browser.form(browser.page(path + "?at=1"), path),
                Map.of("subject", " ", "delay_value", "soon", "preview_text", "Typed <here>"));

        assertThat(answer.status()).isEqualTo(422);
        var page = Browser.parse(answer);
        assertThat(page.select("#subject-fault").text()).isEqualTo("Can't be blank.");
        assertThat(page.select("#delay_value-fault").text()).isEqualTo("Must be an integer.");
        assertThat(page.select("#delay_value").attr("value")).isEqualTo("soon");
        assertThat(page.select("#delay_value").attr("aria-invalid")).isEqualTo("true");
        assertThat(page.select("#preview_text").attr("value")).isEqualTo("Typed <here>");
    }

    @Test
    void the_second_of_two_who_edit_the_same_email_is_told_and_can_compare() {
        var sequence = server.sequence(days("Hello", 1));
        var path = home(sequence) + "/emails/" + sequence.email("Hello");
        var mine = Browser.form(browser.page(path), path);
        var theirs = Browser.form(browser.page(path), path);
        browser.submit(theirs, Map.of("content", "<p>Theirs</p>"));

        var answer = browser.submit(mine, Map.of("content", "<p>Mine</p>"));

        assertThat(answer.status()).isEqualTo(409);
        var conflict = Browser.parse(answer);
        assertThat(conflict.select(".compare pre").eachText()).containsExactly("<p>Theirs</p>", "<p>Mine</p>");
        assertThat(sequence.showEmail("Hello").path("content").asText()).isEqualTo("<p>Theirs</p>");
        browser.submit(Browser.form(conflict, path), Map.of());
        assertThat(sequence.showEmail("Hello").path("content").asText()).isEqualTo("<p>Mine</p>");
    }

    @Test
    void pausing_is_done_at_once_and_resuming_asks_what_becomes_of_what_is_overdue() {
        var sequence = server.sequence(days("Hello", 1));
        server.subscriber("a@example.org", sequence);
        var path = home(sequence) + "/active";

        var paused =
                browser.follow(browser.submit(Browser.form(browser.page(home(sequence)), path), Map.of("to", "off")));
        assertThat(told(paused)).contains("is paused");
        later(Duration.ofDays(3));

        var question =
                Browser.parse(browser.submit(Browser.form(browser.page(home(sequence)), path), Map.of("to", "on")));
        assertThat(question.select(".option")).hasSize(2);
        browser.submit(Browser.form(question, path), Map.of("policy", "now"));
        server.settle();

        assertThat(browser.page(home(sequence)).select(".mail .numbers").text()).contains("Sent 1");
    }

    @Test
    void every_setting_of_a_sequence_is_kept() {
        var tag = server.tag("Customer");
        var sequence = server.sequence(days("Hello", 1));
        var path = home(sequence) + "/settings";
        var form = Browser.form(browser.page(path), path);

        var page = browser.follow(browser.submit(
                form,
                Map.ofEntries(
                        entry("name", "Coffee"),
                        entry("send_days", "monday"),
                        entry("send_hour", "17"),
                        entry("time_zone", "America/Lima"),
                        entry("hold", "on"),
                        entry("exclude", "tag:" + tag),
                        entry("open_tracking", "off"),
                        entry("click_tracking", "on"),
                        entry("catch_up", "spread"),
                        entry("catch_up_hours", "12"),
                        entry("on_uncertain", "hold"))));

        assertThat(told(page)).isEqualTo("The settings are saved.");
        var shown = sequence.show();
        assertThat(shown.path("name").asText()).isEqualTo("Coffee");
        assertThat(shown.path("send_days").toString()).isEqualTo("[\"monday\"]");
        assertThat(shown.path("send_hour").asInt()).isEqualTo(17);
        assertThat(shown.path("time_zone").asText()).isEqualTo("America/Lima");
        assertThat(shown.path("hold").asBoolean()).isTrue();
        assertThat(shown.path("repeat").asBoolean()).isFalse();
        assertThat(shown.path("exclude_subscriber_sources").toString()).contains(Long.toString(tag));
        var handling = server.get("/ext/v1/sequences/" + sequence.id()).at("/sequence");
        assertThat(handling.path("catch_up_hours").asInt()).isEqualTo(12);
        assertThat(handling.path("open_tracking").asBoolean(true)).isFalse();
        assertThat(handling.path("click_tracking").asBoolean(false)).isTrue();
        assertThat(handling.path("on_uncertain").asText()).isEqualTo("hold");
        assertThat(page.select("#catch_up option[selected]").attr("value")).isEqualTo("spread");
        assertThat(page.select("[name=exclude][checked]").attr("value")).isEqualTo("tag:" + tag);
    }

    @Test
    void a_preview_has_its_snippets_in_it_and_says_what_is_broken() {
        server.post("/v4/snippets", TestServer.json("{'name':'Bye','snippet_type':'inline','content':'So long'}"));
        var sequence = server.sequence(days("Hello", 1));
        var path = home(sequence) + "/emails/" + sequence.email("Hello");
        var csrf = Browser.fields(browser.get(path)).get("csrf");

        var good = browser.post(
                home(sequence) + "/preview",
                Map.of("csrf", csrf, "subject", "Hello", "content", "<p>{{ snippet.bye }}</p>"));
        var broken = browser.post(
                home(sequence) + "/preview", Map.of("csrf", csrf, "subject", "Hello", "content", "<p>\n{% if %}</p>"));

        assertThat(good.raw().body()).contains("<p>So long</p>");
        assertThat(broken.raw().body()).contains("content line 2");
    }

    @Test
    void a_preview_is_shown_without_scripts_and_loads_nothing() {
        var sequence = server.sequence(days("Hello", 1));
        server.subscriber("eve@example.org");
        var path = home(sequence) + "/emails/" + sequence.email("Hello");
        var csrf = Browser.fields(browser.get(path)).get("csrf");

        var answer = browser.post(
                home(sequence) + "/preview",
                Map.of(
                        "csrf", csrf,
                        "subject", "Hello",
                        "content", "<p>For {{ subscriber.email_address }}</p><script>alert(1)</script>",
                        "reader", "eve@example.org"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.raw().headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("sandbox; default-src 'none';")
                .contains("img-src data:;")
                .doesNotContain("script-src");
        assertThat(answer.raw().body()).contains("For eve@example.org");
        assertThat(browser.page(path).select("iframe").attr("sandbox")).isEmpty();
        assertThat(browser.page(path).select("iframe").hasAttr("sandbox")).isTrue();
    }
}
