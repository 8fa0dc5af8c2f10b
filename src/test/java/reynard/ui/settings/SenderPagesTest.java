package reynard.ui.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

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
class SenderPagesTest {
    private static final String HOME = "/settings/senders";

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

    private static String told(Document page) {
        return page.select("[role=status]").text();
    }

    private List<String> mailed(String to) {
        server.settle();
        return server.get("/ext/v1/inbox?to=" + to).each("messages", "subject");
    }

    @Test
    void an_address_is_added_confirmed_by_its_link_made_the_default_and_removed() {
        var form = Browser.form(browser.page(HOME), HOME);
        var added = browser.follow(
                browser.submit(form, Map.of("email_address", "news@example.com", "from_name", "The News")));
        assertThat(told(added))
                .contains("A link was mailed to news@example.com")
                .endsWith("No relay is named, so it is in the inbox here.");
        assertThat(mailed("news@example.com")).containsExactly("Confirm that you send from news@example.com");
        assertThat(added.select("tr:contains(news@example.com)").text()).contains("Not confirmed");
        var row = added.select("tr:contains(news@example.com) form").attr("action");
        var again = Browser.form(added, row);
        again.attr("action", row.replace("remove", "ask"));
        assertThat(told(browser.follow(browser.submit(again, Map.of())))).startsWith("The link was mailed again");
        assertThat(mailed("news@example.com")).hasSize(2);
        again.attr("action", row.replace("remove", "default"));
        assertThat(told(browser.follow(browser.submit(again, Map.of())))).isEqualTo("An address is confirmed first.");

        again.attr("action", row);
        assertThat(told(browser.follow(browser.submit(again, Map.of())))).isEqualTo("The address is gone.");
    }

    @Test
    void an_address_that_cannot_send_is_refused_beside_its_field() {
        var form = Browser.form(browser.page(HOME), HOME);

        var answer = browser.submit(form, Map.of("email_address", "somebody@gmail.com", "from_name", "X"));
        var own = browser.submit(form, Map.of("email_address", "author@example.com", "from_name", "X"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(Browser.parse(answer).select("#email_address-fault").text()).isNotEmpty();
        assertThat(Browser.parse(own).select("#email_address-fault").text()).contains("already");
    }

    @Test
    void an_author_gets_a_test_and_a_rehearsal_and_readers_nothing() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 2));
        var home = "/sequences/" + sequence.id();
        var email = home + "/emails/" + sequence.email("Tips");

        var tested = browser.follow(browser.submit(Browser.form(browser.page(email), email + "/test"), Map.of()));
        assertThat(told(tested)).startsWith("Sent to author@example.com");
        var rehearsed = browser.follow(browser.submit(Browser.form(browser.page(home), home + "/rehearse"), Map.of()));
        assertThat(told(rehearsed)).startsWith("2 emails sent to author@example.com");

        assertThat(mailed("author@example.com")).contains("[Test] Tips", "[Rehearsal] Hello", "[Rehearsal] Tips");
    }
}
