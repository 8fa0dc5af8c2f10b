package reynard.ui.people;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

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
class PeoplePagesTest {
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

    private List<String> found(String query) {
        return browser.page("/people" + query).select("tbody th").eachText();
    }

    private static String told(Document page) {
        return page.select("[role=status]").text();
    }

    private static List<String> way(Document person) {
        return person.select(".way > li").eachText();
    }

    @Test
    void people_are_found_by_how_their_address_begins() {
        for (var email : List.of("anna@example.org", "Anton@example.org", "bert@example.org", "a_n%@example.org")) {
            server.subscriber(email);
        }

        assertThat(found("")).hasSize(4).first().isEqualTo("a_n%@example.org");
        assertThat(found("?q=AN")).containsExactly("anna@example.org", "Anton@example.org");
        assertThat(found("?q=a_n%25")).containsExactly("a_n%@example.org");
        assertThat(found("?q=zz")).isEmpty();
    }

    @Test
    void people_are_found_by_state_and_tag() {
        var tag = server.tag("Customer");
        server.subscriber("anna@example.org").getsTag(tag);
        server.subscriber("bert@example.org").unsubscribes();

        assertThat(found("?state=cancelled")).containsExactly("bert@example.org");
        assertThat(found("?tag=" + tag)).containsExactly("anna@example.org");
        assertThat(found("?tag=" + tag + "&q=an&state=active")).containsExactly("anna@example.org");
        assertThat(found("?tag=" + tag + "&q=b")).isEmpty();
    }

    @Test
    void a_long_list_has_pages() {
        for (int i = 0; i < 60; i++) {
            server.subscriber("reader%02d@example.org".formatted(i));
        }

        var first = browser.page("/people?q=reader");
        var second = browser.page(first.select("a[rel=next]").attr("href"));

        assertThat(first.select("tbody th")).hasSize(50);
        assertThat(second.select("tbody th").eachText()).hasSize(10).first().isEqualTo("reader50@example.org");
        assertThat(browser.page(second.select("a[rel=prev]").attr("href"))
                        .select("tbody th")
                        .get(0)
                        .text())
                .isEqualTo("reader00@example.org");
    }

    @Test
    void a_person_shows_past_and_future_and_why() {
        var tag = server.tag("Customer");
        var sequence = server.sequence(
                json("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}"),
                immediate("Hello"),
                days("Tips", 2),
                days("Draft", 1).draft(),
                days("Offer", 3));
        var reader = server.subscriber("anna@example.org", sequence);
        server.settle();

        var before = browser.page("/people/" + reader.id());
        assertThat(way(before))
                .containsExactly(
                        "Sent Hello · today, 12:00",
                        "Goes out Tips · Wed 7 Jan, 09:00 2 days from Mon 5 Jan, 12:00.",
                        "No date yet Draft It is a draft.",
                        "Goes out Offer · Sat 10 Jan, 09:00 3 days from Wed 7 Jan, 09:00.");

        reader.getsTag(tag);
        assertThat(way(browser.page("/people/" + reader.id())))
                .element(1)
                .asString()
                .startsWith("Will be skipped Tips · Wed 7 Jan, 09:00 The reader has the tag Customer since Mon 5 Jan");
    }

    @Test
    void somebody_is_added_by_hand_and_starts_with_a_sequence() {
        var sequence = server.sequence(days("Hello", 1));
        var form = Browser.form(browser.page("/people/new"), "/people");

        var person = browser.follow(browser.submit(
                form,
                Map.of(
                        "email_address", "anna@example.org",
                        "first_name", "Anna",
                        "sequence", Long.toString(sequence.id()))));

        assertThat(told(person)).isEqualTo("Added.");
        assertThat(person.select("h1").text()).isEqualTo("Anna");
        assertThat(way(person)).hasSize(1).first().asString().startsWith("Goes out Hello");
        assertThat(person.select("dt:contains(Came by) + dd").text()).isEqualTo("hand, or a program");
        var fromThere = browser.page("/people/new?sequence=" + sequence.id());
        assertThat(fromThere.select("[name=sequence] [selected]").attr("value"))
                .isEqualTo(Long.toString(sequence.id()));
        var again = browser.submit(form, Map.of("email_address", "not an address"));
        assertThat(again.status()).isEqualTo(422);
        assertThat(Browser.parse(again).select("#email_address-fault").text()).isEqualTo("This is no email address.");
    }

    @Test
    void somebody_is_tagged_and_untagged() {
        var reader = server.subscriber("anna@example.org");
        var home = "/people/" + reader.id();

        var tagged = browser.follow(
                browser.submit(Browser.form(browser.page(home), home + "/tags"), Map.of("name", "VIP & friends")));
        assertThat(told(tagged)).isEqualTo("Tagged with “VIP & friends”.");
        var tag = tagged.select("button.tag").attr("value");

        var untagged = browser.follow(browser.submit(Browser.form(tagged, home + "/untag"), Map.of("tag", tag)));
        assertThat(untagged.select("button.tag")).isEmpty();
    }

    @Test
    void somebody_is_taken_out_of_a_sequence_and_added_again() {
        var sequence = server.sequence(days("Hello", 1), days("Tips", 1));
        var reader = server.subscriber("anna@example.org", sequence);
        var home = "/people/" + reader.id();

        var out = browser.follow(browser.submit(Browser.form(browser.page(home), home + "/remove"), Map.of()));
        assertThat(told(out)).startsWith("Taken out");
        assertThat(way(out)).allMatch(line -> line.startsWith("Does not come"));

        var back = browser.follow(
                browser.submit(Browser.form(out, home + "/enroll"), Map.of("sequence", Long.toString(sequence.id()))));
        assertThat(told(back)).isEqualTo("Added to the sequence.");
        assertThat(way(back)).allMatch(line -> line.startsWith("Goes out"));
    }

    @Test
    void somebody_starts_over_where_the_sequence_repeats() {
        var sequence = server.sequence("{\"repeat\":true}", immediate("Hello"), days("Tips", 1));
        var reader = server.subscriber("anna@example.org", sequence);
        server.advance(Duration.ofHours(1));
        var home = "/people/" + reader.id();

        var again = browser.follow(browser.submit(Browser.form(browser.page(home), home + "/enroll"), Map.of()));

        assertThat(told(again)).isEqualTo("Starts over at the first email.");
        assertThat(again.select(".badge").eachText()).contains("Round 2");
    }

    @Test
    void details_are_saved_and_an_address_belongs_to_one_person_only() {
        server.field("Favourite tea");
        server.subscriber("bert@example.org");
        var reader = server.subscriber("anna@example.org");
        var home = "/people/" + reader.id();
        var form = Browser.form(browser.page(home), home);
        var field = form.select("[name^=field-]").attr("name");

        var saved = browser.follow(browser.submit(form, Map.of("first_name", "Änne", field, "Sencha")));
        assertThat(saved.select("h1").text()).isEqualTo("Änne");
        assertThat(saved.select("[name=" + field + "]").attr("value")).isEqualTo("Sencha");

        var taken = browser.submit(form, Map.of("email_address", "BERT@example.org"));
        assertThat(taken.status()).isEqualTo(422);
        assertThat(Browser.parse(taken).select("#email_address-fault").text())
                .isEqualTo("Somebody else on your list has this address.");
    }

    @Test
    void somebody_who_is_unsubscribed_gets_nothing_more() {
        var sequence = server.sequence(days("Hello", 1));
        var reader = server.subscriber("anna@example.org", sequence);
        var home = "/people/" + reader.id();

        var page = browser.follow(browser.submit(Browser.form(browser.page(home), home + "/unsubscribe"), Map.of()));

        assertThat(page.select(".head .badge").text()).isEqualTo("Unsubscribed");
        assertThat(way(page)).containsExactly("Does not come Hello The reader has unsubscribed on Mon 5 Jan, 12:00.");
    }

    @Test
    void hostile_names_are_shown_as_they_are_and_run_nothing() {
        var name = "<img src=x onerror=alert(1)>'\"`{{7*7}}";
        server.post("/v4/subscribers", TestServer.text(Map.of("email_address", "eve@example.org", "first_name", name)));

        var person = browser.page(browser.page("/people").select("tbody th a").attr("href"));

        assertThat(person.select("h1").text()).isEqualTo(name);
        assertThat(person.select("#first_name").attr("value")).isEqualTo(name);
        assertThat(person.select("img[src=x], [onerror]")).isEmpty();
    }
}
