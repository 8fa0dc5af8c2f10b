package reynard.ui.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.List;
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
class LedgerPagesTest {
    private TestServer server;
    private Browser browser;
    private long sequence;

    @BeforeAll
    void start() {
        server = TestServer.start();
        var tag = server.tag("Customer");
        var welcome = server.sequence(
                json("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}"), immediate("Hello"));
        sequence = welcome.id();
        server.subscriber("anna@example.org").getsTag(tag);
        server.post("/v4/sequences/" + sequence + "/subscribers", "{\"email_address\":\"anna@example.org\"}");
        server.subscriber("bert@example.org", welcome);
        server.settle();
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private List<String> rows(String query) {
        return browser.page("/sending" + query).select("tbody tr").eachText();
    }

    @Test
    void every_email_is_on_record_with_what_became_of_it_and_why() {
        assertThat(rows("")).hasSize(2);
        assertThat(rows("?state=sent"))
                .singleElement()
                .asString()
                .startsWith("Hello bert@example.org Sent today, 12:00");
        assertThat(rows("?state=skipped"))
                .singleElement()
                .asString()
                .contains("anna@example.org Skipped", "The reader has the tag Customer since Mon 5 Jan");
        assertThat(rows("?state=held")).isEmpty();
    }

    @Test
    void the_ledger_is_filtered_by_sequence_and_by_person() {
        assertThat(rows("?sequence=" + sequence)).hasSize(2);
        assertThat(rows("?sequence=999999")).isEmpty();
        assertThat(rows("?to=BERT@example.org")).hasSize(1);

        var nobody = browser.page("/sending?to=carl@example.org");
        assertThat(nobody.select("#to-fault").text()).isEqualTo("Nobody on your list has this address.");
        assertThat(nobody.select("tbody tr")).isEmpty();
    }

    @Test
    void one_email_shows_every_try_and_the_words_of_the_server() {
        var sent = browser.page(
                browser.page("/sending?state=sent").select("tbody th a").attr("href"));

        assertThat(sent.select("h1").text()).isEqualTo("Hello");
        assertThat(sent.select("tbody tr").eachText())
                .singleElement()
                .asString()
                .contains("Accepted", "250");
        var skipped = browser.page(
                browser.page("/sending?state=skipped").select("tbody th a").attr("href"));
        assertThat(skipped.text()).contains("It was never handed to a server.");
    }
}
