package reynard.ui.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.time.Duration;
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
class StatsPagesTest {
    private TestServer server;
    private Browser browser;
    private TestServer.Sequence course;

    /// Two get the first email late on Monday evening in UTC, which is Tuesday in Berlin; one of them reads it.
    @BeforeAll
    void start() {
        server = TestServer.at("2026-01-05T23:30:00Z");
        course = server.sequence(
                json("{'name':'Course','time_zone':'Europe/Berlin'}"),
                immediate("Hello").saying("<p><a href=https://example.com/tea>Tea</a></p>"),
                days("Tips", 1).saying("<p>Tips</p>"));
        var anna = server.subscriber("anna@example.org", course);
        server.subscriber("bert@example.org", course);
        server.settle();
        server.advance(Duration.ofMinutes(10));
        anna.opens();
        anna.follows("Tea");
        server.advance(Duration.ofDays(2));
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String stats() {
        return "/sequences/" + course.id() + "/stats";
    }

    @Test
    void a_sequence_and_each_of_its_emails_have_rates_and_links() {
        var page = browser.page(stats());

        assertThat(page.select(".tile").eachText())
                .containsExactly(
                        "Sent 4",
                        "Opened 25.0% 1",
                        "Clicked 25.0% 1",
                        "Unsubscribed 0.0% 0",
                        "Bounced 0.0% 0",
                        "Complained 0.0% 0");
        assertThat(page.select("section:contains(Each email) tbody tr").eachText())
                .containsExactly("Hello 2 50.0% 50.0% 0.0% 0.0%", "Tips 2 0.0% 0.0% 0.0% 0.0%");
        assertThat(page.select("section:contains(Links) tbody tr").eachText())
                .containsExactly("https://example.com/tea 1 25.0% 1");
    }

    @Test
    void one_email_has_a_page_of_its_own() {
        var page = browser.page(stats() + "?email=" + course.email("Tips"));

        assertThat(page.select("h1").text()).isEqualTo("Tips");
        assertThat(page.select(".tile").get(0).text()).isEqualTo("Sent 2");
        assertThat(page.text()).contains("Nobody has followed a link so far.");
        assertThat(browser.get(stats() + "?email=1").status()).isEqualTo(404);
    }

    @Test
    void days_are_those_of_the_sequence_wherever_its_author_is() {
        var page = browser.page(browser.page(stats()).select("#days a").attr("href"));

        assertThat(page.select("tbody tr").eachText())
                .containsExactly("Tue 6 Jan 2 50.0% 50.0% 0", "Wed 7 Jan 2 0.0% 0.0% 0");
        assertThat(page.select("#days p").text()).startsWith("4 emails sent.");
        assertThat(page.select("svg rect.pale")).hasSize(2);
        assertThat(browser.page(stats() + "/days?email=" + course.email("Tips"))
                        .select("tbody tr")
                        .eachText())
                .containsExactly("Wed 7 Jan 2 0.0% 0.0% 0");
    }
}
