package reynard.ui.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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
class EditorPagesTest {
    private final TestServer server = TestServer.start();
    private final Browser browser = new Browser(server);

    @BeforeAll
    void logIn() {
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void close() {
        server.close();
    }

    private TestServer.Sequence sequence() {
        return server.sequence(immediate("Hello"), days("Tips", 1));
    }

    private static String email(TestServer.Sequence sequence) {
        return "/sequences/" + sequence.id() + "/emails/" + sequence.email("Tips");
    }

    @Test
    void what_is_typed_is_kept_and_taken_up_again_or_dropped() {
        var email = email(sequence());
        var form = Browser.form(browser.page(email), email);
        form.attr("action", email + "/draft");
        assertThat(browser.submit(form, Map.of("content", "<p>Half a thought")).status())
                .isEqualTo(204);

        var page = browser.page(email);
        assertThat(page.select("#content").text()).doesNotContain("Half a thought");
        assertThat(page.select("[role=status]").text()).contains("You typed something here");
        assertThat(browser.page(email + "?draft=true").select("#content").text())
                .contains("Half a thought");

        browser.submit(Browser.form(page, email + "/draft/drop"), Map.of());
        assertThat(browser.page(email).text()).doesNotContain("You typed something here");
    }

    @Test
    void a_draft_ends_when_it_is_saved_and_every_version_can_be_taken_up_again() {
        var sequence = sequence();
        var email = email(sequence);
        var form = Browser.form(browser.page(email), email);
        form.attr("action", email + "/draft");
        browser.submit(form, Map.of("subject", "Better tips"));
        form.attr("action", email);
        browser.submit(form, Map.of("subject", "Better tips"));
        server.advance(Duration.ofMinutes(5));
        var page = browser.page(email);
        assertThat(page.text()).doesNotContain("You typed something here");
        browser.submit(Browser.form(page, email), Map.of("subject", "The best tips"));

        var versions = browser.page(email + "/versions");
        assertThat(versions.select("tbody tr").eachText())
                .containsExactly(
                        "Take up version 2 The best tips author@example.com today, 12:05",
                        "Take up version 1 Better tips author@example.com today, 12:00");
        var old = browser.page(versions.select("tbody tr:last-child a").attr("href"));
        assertThat(old.select("#subject").attr("value")).isEqualTo("Better tips");
        assertThat(browser.submit(Browser.form(old, email), Map.of()).status()).isEqualTo(303);
        assertThat(browser.page(email).select("#subject").attr("value")).isEqualTo("Better tips");
    }

    @Test
    void an_email_is_written_in_Markdown_and_seen_with_its_snippets() {
        server.post("/v4/snippets", json("{'name':'Regards','snippet_type':'inline','content':'Yours, Ann'}"));
        var sequence = sequence();
        var email = email(sequence);
        var page = browser.page(email);
        assertThat(page.select("[data-inserts] option").eachAttr("value")).contains("{{ snippet.regards }}");
        var form = Browser.form(page, email);
        var written = Map.of("content_type", "markdown", "content", "Some **tea**.\n\n{{ snippet.regards }}");
        form.attr("action", "/sequences/" + sequence.id() + "/preview");
        assertThat(Browser.parse(browser.submit(form, written)).body().html())
                .contains("<strong>tea</strong>", "Yours, Ann");

        form.attr("action", email);
        assertThat(browser.submit(form, written).status()).isEqualTo(303);

        assertThat(browser.page(email).select("[name=content_type] [selected]").text())
                .isEqualTo("Markdown");
        var fresh = "/sequences/" + sequence.id() + "/emails/new";
        var created = browser.follow(browser.submit(
                Browser.form(browser.page(fresh), fresh),
                Map.of("subject", "More", "content_type", "markdown", "content", "# More")));
        assertThat(created.select("[name=content_type] [selected]").text()).isEqualTo("Markdown");
        var next = browser.page("/sequences/" + sequence.id() + "/emails/new");
        assertThat(next.select("[name=content_type] [selected]").text())
                .as("as the email before it")
                .isEqualTo("Markdown");
        assertThat(next.select("#content").text()).startsWith("Hello {{").doesNotContain("<p>");
    }

    @Test
    void what_was_typed_goes_with_the_email() throws SQLException {
        var kept = sequence();
        var emptied = sequence();
        for (var email : List.of(email(kept), email(emptied))) {
            var form = Browser.form(browser.page(email), email);
            browser.submit(form, Map.of("subject", "Typed and saved"));
            form.attr("action", email + "/draft");
            browser.submit(form, Map.of("subject", "Typed"));
        }
        assertThat(about(kept, "draft")).isOne();

        server.send("DELETE", "/v4/sequences/" + emptied.id() + "/emails/" + emptied.email("Tips"), "");
        assertThat(about(emptied, "draft") + about(emptied, "version")).isZero();
        assertThat(about(kept, "version")).isOne();
        server.send("DELETE", "/v4/sequences/" + kept.id(), "");
        assertThat(about(kept, "draft") + about(kept, "version")).isZero();
    }

    private int about(TestServer.Sequence sequence, String table) throws SQLException {
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "select count(*) from " + table + " where about like 'sequence:" + sequence.id() + ":%'")) {
            row.next();
            return row.getInt(1);
        }
    }
}
