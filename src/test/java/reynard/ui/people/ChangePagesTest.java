package reynard.ui.people;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
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
class ChangePagesTest {
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

    private TestServer.Answer changed(String query, String deed, Map<String, String> fields) {
        var page = browser.page("/people/changes/new?" + query);
        var form = page.forms().stream()
                .filter(one -> one.select("[name=deed]").attr("value").equals(deed))
                .findFirst()
                .orElseThrow();
        return browser.submit(form, fields);
    }

    private Document worked(TestServer.Answer queued) {
        assertThat(browser.follow(queued).select("h2").text()).isEqualTo("Being done");
        server.settle();
        return browser.page(queued.raw().headers().firstValue("Location").orElseThrow());
    }

    private static String told(Document page) {
        return page.select(".note[role=status]").text();
    }

    private List<String> wearing(long tag) {
        return browser.page("/people?tag=" + tag).select("tbody th").eachText();
    }

    @Test
    void those_who_are_ticked_are_changed_at_once() {
        var sequence = server.sequence(days("Hello", 1));
        var ann = server.subscriber("ticked.ann@example.org");
        var bob = server.subscriber("ticked.bob@example.org");
        server.subscriber("ticked.cyd@example.org");
        var list = browser.page("/people?q=ticked");
        assertThat(list.select("input.tick").eachAttr("aria-label")).hasSize(3).contains("Tick ticked.ann@example.org");
        assertThat(list.select("button[name=all]").text()).isEqualTo("Change all that are found: 3 people");

        var two = "q=ticked&person=" + ann.id() + "&person=" + bob.id();
        var tagged = browser.follow(changed(two, "tag", Map.of("tag_name", "Ticked & tagged")));
        assertThat(told(tagged)).isEqualTo("Tag “Ticked & tagged”: done for 2 people.");
        assertThat(tagged.select("#q").attr("value")).isEqualTo("ticked");
        assertThat(tagged.select("tbody .badges").eachText()).containsExactly("Ticked & tagged", "Ticked & tagged");

        var tag = tagged.select("#tag option:contains(Ticked)").attr("value");
        browser.follow(changed("person=" + bob.id(), "untag", Map.of("untag_id", tag)));
        assertThat(wearing(Long.parseLong(tag))).containsExactly("ticked.ann@example.org");

        var id = Map.of("join_id", Long.toString(sequence.id()));
        assertThat(told(browser.follow(changed(two, "join", id)))).endsWith("done for 2 people.");
        assertThat(sequence.members()).isEqualTo(2);
        browser.follow(changed("person=" + ann.id(), "leave", Map.of("leave_id", Long.toString(sequence.id()))));
        assertThat(sequence.members()).isEqualTo(1);
    }

    @Test
    void everybody_who_is_found_is_changed_in_the_background_whoever_looks_on() throws SQLException {
        var sequence = server.sequence(days("Hello", 1));
        server.subscriber("other@example.org");
        crowd("crowd", 1_100, "2026-01-01T00:00:00Z");

        var queued = changed("all=1&q=Crowd", "join", Map.of("join_id", Long.toString(sequence.id())));
        assertThat(browser.follow(queued).select("[data-words]").text()).isEqualTo("0 of 1,100 people done.");
        // Who comes later is not meant.
        crowd("crowd.late", 1, "2026-01-05T12:00:01Z");
        try (var other = server.another()) {
            other.settle();
        }
        var home = queued.raw().headers().firstValue("Location").orElseThrow();
        assertThat(browser.get(home + "/progress").raw().body())
                .contains("\"finished\":true", "\"words\":\"1,100 of 1,100 people done.\"");
        assertThat(sequence.members()).isEqualTo(1_100);
        assertThat(browser.page("/people/changes").select("tbody tr").eachText())
                .anyMatch(row -> row.contains("1,100 people Done"));

        // Taken off while they are walked through, they are found all the same.
        worked(changed("all=1&q=crowd", "tag", Map.of("tag_name", "Crowd")));
        var tag = browser.page("/people").select("#tag option:contains(Crowd)").attr("value");
        var off = worked(changed("all=1&tag=" + tag, "untag", Map.of("untag_id", tag)));
        assertThat(off.select("[data-words]").text()).isEqualTo("1,100 of 1,100 people done.");
        assertThat(wearing(Long.parseLong(tag))).isEmpty();

        worked(changed("all=1&q=crowd&state=active", "leave", Map.of("leave_id", Long.toString(sequence.id()))));
        assertThat(sequence.members()).isZero();
    }

    private void crowd(String name, int people, String since) throws SQLException {
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement()) {
            statement.execute("""
                    insert into subscriber
                           (account_id, id, email_address, state, state_changed_at, created_at, updated_at)
                    select (select min(id) from account), 10000000 + n + 2000 * (%2$d / 1000), '%1$s' || n || '@example.org', 'active', t, t, t
                      from generate_series(1, %2$d) n, (values ('%3$s'::timestamptz)) v (t)
                    """.formatted(name, people, since));
        }
    }

    @Test
    void a_sequence_that_is_paused_meanwhile_takes_nobody_and_says_so() {
        var sequence = server.sequence(days("Hello", 1));
        server.subscriber("vain@example.org");
        var queued = changed("all=1&q=vain", "join", Map.of("join_id", Long.toString(sequence.id())));
        server.put("/v4/sequences/" + sequence.id(), TestServer.json("{'active':false}"));

        var done = worked(queued);
        assertThat(done.select("[data-words]").text()).isEqualTo("1 of 1 person done, 1 of them in vain.");
        assertThat(done.select("section li").eachText()).containsExactly("Sequence is paused");
    }

    @Test
    void what_is_not_understood_changes_nobody() {
        server.subscriber("spared@example.org");
        assertThat(told(browser.follow(browser.get("/people/changes/new?q=spared"))))
                .isEqualTo("Nobody was ticked.");
        assertThat(browser.get("/people/changes/new?all=1&state=odd").status()).isEqualTo(422);
        assertThat(browser.get("/people/changes/new?all=1&tag=odd").status()).isEqualTo(422);
        assertThat(browser.get("/people/changes/new?person=odd").status()).isEqualTo(422);
        var nameless = changed("all=1&q=spared", "tag", Map.of("tag_name", " "));
        assertThat(nameless.status()).isEqualTo(422);
        assertThat(Browser.parse(nameless).select("#tag_name-fault").text()).startsWith("A tag has a name");
        assertThat(told(browser.follow(changed("all=1&q=nobody.at.all", "tag", Map.of("tag_name", "None")))))
                .isEqualTo("Nobody is like that any more.");
        assertThat(browser.get("/people/changes/1").status()).isEqualTo(404);
        assertThat(browser.get("/people/changes/1/progress").status()).isEqualTo(404);
    }

    @Test
    void what_the_list_finds_is_exported_and_nobody_else() {
        server.subscriber("Export.me@example.org");
        var lines = browser.get("/people/export.csv?q=export&state=active")
                .raw()
                .body()
                .lines()
                .toList();
        assertThat(lines).hasSize(2).last().asString().contains(",Export.me@example.org,");
        assertThat(browser.page("/people?q=EXPORT").select("a:contains(Export)").attr("href"))
                .isEqualTo("/people/export.csv?q=EXPORT");
    }
}
