package reynard.ui.home;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

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
class HomePageTest {
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

    private static List<String> done(Document home) {
        return home.select(".steps .done h3").eachText();
    }

    @Test
    void an_empty_account_is_led_to_its_first_email_which_is_in_the_inbox() {
        assertThat(browser.page("/").select(".steps li")).hasSize(4);
        assertThat(done(browser.page("/"))).containsExactly("Say who writes (done)");
        var sender = Browser.form(browser.page("/settings/senders"), "/settings/senders");
        browser.submit(sender, Map.of("email_address", "ada@example.com", "from_name", "Ada"));
        server.settle();
        assertThat(browser.page("/").select(".steps li"))
                .as("the link that confirms a sender is no first email")
                .hasSize(4);

        var sequence = server.sequence(immediate("Hello"));
        assertThat(done(browser.page("/"))).contains("Write a sequence (done)");
        server.subscriber("author@example.com", sequence);
        assertThat(done(browser.page("/"))).contains("Add yourself (done)");
        server.settle();

        assertThat(browser.page("/").select(".steps")).isEmpty();
        var inbox = browser.page("/inbox?to=author@example.com");
        assertThat(inbox.select("tbody tr").eachText()).containsExactly("Hello author@example.com today, 12:00");
        var mail = browser.page(inbox.select("tbody a").attr("href"));
        assertThat(Browser.parse(browser.get(mail.select("iframe").attr("src")))
                        .select("a[href]")
                        .eachAttr("target"))
                .as("in the frame itself no page would let itself be shown")
                .isNotEmpty()
                .containsOnly("_blank");
        assertThat(mail.select("h1").text()).isEqualTo("Hello");
        var html = browser.get(mail.select("iframe").attr("src"));
        assertThat(html.raw().headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'");
    }

    @Test
    void what_goes_out_adds_up_by_hour_and_by_day() {
        var sequence = server.sequence(days("Hello", 1), days("Tips", 2));
        server.subscriber("a@example.org", sequence);
        server.subscriber("b@example.org", sequence);

        var home = browser.page("/");

        assertThat(home.select(".head p").text()).startsWith("2 emails in the next 24 hours, 4 emails in 14 days");
        assertThat(home.select(".chart title").eachText()).containsExactly("09:00: 2");
        assertThat(home.select(".bars li").eachText()).containsExactly("Tue 6 Jan 2", "Thu 8 Jan 2");
    }

    @Test
    void totals_of_people_and_of_emails_add_up() {
        var sequence = server.sequence(immediate("Hello"));
        server.subscriber("a@example.org", sequence);
        server.subscriber("b@example.org", sequence).unsubscribes();
        server.settle();

        for (var table : browser.page("/").select("table.sums")) {
            long sum = table.select("tbody td").eachText().stream()
                    .mapToLong(Long::parseLong)
                    .sum();
            assertThat(table.select("tfoot td").text()).isEqualTo(Long.toString(sum));
            assertThat(sum).isPositive();
        }
    }

    @Test
    void a_paused_sequence_with_people_in_it_is_trouble() {
        var sequence = server.sequence(days("Hello", 1));
        server.subscriber("a@example.org", sequence);
        assertThat(browser.page("/").select(".note")).isEmpty();

        sequence.change("{\"active\":false}");

        var trouble = browser.page("/").select(".note.warn");
        assertThat(trouble.select("h2").text()).contains("is paused");
        assertThat(trouble.select("a").attr("href")).isEqualTo("/sequences/" + sequence.id());
    }

    @Test
    void an_empty_account_is_filled_with_a_sample_once_and_its_mail_stays_here() {
        var form = Browser.form(browser.page("/"), "/sample");

        var course = browser.follow(browser.submit(form, Map.of()));
        server.settle();

        assertThat(course.select("[role=status]").text()).startsWith("A course of 6 emails and 12");
        assertThat(course.select(".mail")).hasSize(6);
        assertThat(server.get("/ext/v1/inbox?to=li@example.org").each("messages", "subject"))
                .containsExactly("Welcome to the tea course");
        assertThat(browser.page("/").select("form[action=/sample]")).isEmpty();
        assertThat(browser.follow(browser.submit(form, Map.of()))
                        .select("[role=status]")
                        .text())
                .startsWith("Nothing is changed");
    }
}
