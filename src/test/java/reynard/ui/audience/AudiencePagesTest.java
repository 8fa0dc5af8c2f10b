package reynard.ui.audience;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;

import java.util.HashMap;
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
class AudiencePagesTest {
    private TestServer server;
    private Browser browser;
    private long customer;
    private long tea;

    @BeforeAll
    void start() {
        server = TestServer.start();
        customer = server.tag("Customer");
        tea = server.field("Favourite tea");
        server.subscriber("anna@example.org").getsTag(customer);
        server.put(
                "/v4/subscribers/" + server.subscriber("bert@example.org").id(),
                json("{'fields':{'favourite_tea':'Green'}}"));
        server.subscriber("carl@example.org").getsTag(customer);
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /// The form with a button of it pressed.
    private Document pressed(FormElement form, Map<String, String> fields) {
        form.attr("action", "/segments/builder");
        var answer = browser.submit(form, fields);
        assertThat(answer.status()).isEqualTo(200);
        return Browser.parse(answer);
    }

    private static FormElement builder(Document page) {
        return (FormElement) page.select("#segment").get(0);
    }

    @Test
    void a_segment_is_put_together_condition_by_condition_and_counts_as_it_grows() {
        var page = browser.page("/segments/new");
        assertThat(page.select("#count").text()).isEqualTo("Complete the conditions to see how many match.");

        page = pressed(builder(page), Map.of("name", "Buyers or green", "g0", "any", "g0c0_id", "" + customer));
        assertThat(page.select("#count strong").text()).isEqualTo("2 people");
        assertThat(page.select("#name").val()).isEqualTo("Buyers or green");
        page = pressed(builder(page), Map.of("kind_g0", "custom_field", "add", "g0"));
        assertThat(page.select("fieldset legend").eachText()).containsExactly("Tag", "Custom field");
        var fields = new HashMap<>(Map.of("g0c1_id", "" + tea, "g0c1_comparison", "is", "g0c1_value", "green"));
        page = pressed(builder(page), fields);
        assertThat(page.select("#count strong").text()).isEqualTo("3 people");

        var saved = browser.follow(browser.submit(builder(page), Map.of()));

        assertThat(saved.select("h1").text()).isEqualTo("Buyers or green");
        assertThat(saved.select("tbody th").eachText())
                .containsExactlyInAnyOrder("anna@example.org", "bert@example.org", "carl@example.org");
        var id = saved.select("#segment").attr("action").replaceFirst(".*/", "");
        assertThat(server.get("/ext/v1/segments/" + id).at("/segment/filter").toString())
                .isEqualTo("[{\"any\":[{\"type\":\"tag\",\"id\":" + customer + "},{\"type\":\"custom_field\",\"id\":"
                        + tea + ",\"comparison\":\"is\",\"value\":\"green\"}]}]");
        assertThat(browser.page("/segments").select("tbody tr").text()).contains("Buyers or green any of 2 conditions");
    }

    @Test
    void groups_and_conditions_are_taken_out_again() {
        var page = pressed(builder(browser.page("/segments/new")), Map.of("add", "group"));
        assertThat(page.select("[aria-label=Group of conditions]")).hasSize(2);
        page = pressed(builder(page), Map.of("kind_g1", "state", "add", "g1"));
        page = pressed(builder(page), Map.of("remove", "g0"));

        assertThat(page.select("fieldset legend").eachText()).containsExactly("Tag", "State");
        page = pressed(builder(page), Map.of("remove", "g0c0"));
        assertThat(page.select("fieldset legend").eachText()).containsExactly("State");
        assertThat(page.select("#count strong").text()).isEqualTo("3 people");
    }

    @Test
    void what_is_missing_is_said_beside_its_field_and_what_was_typed_stays() {
        var page = pressed(builder(browser.page("/segments/new")), Map.of("kind_g0", "email", "add", "g0"));

        var answer = browser.submit(builder(page), Map.of("name", " ", "g0", "none"));

        assertThat(answer.status()).isEqualTo(422);
        page = Browser.parse(answer);
        assertThat(page.select("#name-fault").text()).isEqualTo("Cannot be empty.");
        assertThat(page.select("#g0c0_id-fault").text()).isEqualTo("Choose one.");
        assertThat(page.select("#g0c1_contains-fault").text()).isEqualTo("Cannot be empty.");
        assertThat(page.select("#g0 [selected]").val()).isEqualTo("none");
    }

    @Test
    void what_the_builder_has_no_fields_for_is_kept() {
        var filter = "[{'all':[{'type':'opens','counting_mode':'unique_email','count_greater_than_or_equal':2,"
                + "'after':'2026-01-01T00:00:00Z'}]},{'none':[{'type':'subscribed','before':'2025-12-24T00:00:00Z'}]}]";
        var made = server.post("/ext/v1/segments", json("{'name':'Readers','filter':" + filter + "}"))
                .at("/segment");
        var home = "/segments/" + made.path("id").asLong();

        browser.follow(browser.submit(Browser.form(browser.page(home), home), Map.of("name", "Keen readers")));

        var kept = server.get("/ext/v1" + home).at("/segment");
        assertThat(kept.path("name").asText()).isEqualTo("Keen readers");
        assertThat(kept.path("filter")).isEqualTo(made.path("filter"));
    }

    @Test
    void a_segment_that_a_sequence_needs_is_not_deleted() {
        var id = server.post("/ext/v1/segments", json("{'name':'Needed','filter':[]}"))
                .at("/segment/id")
                .asLong();
        var sequence = server.sequence(
                json("{'name':'Course','exclude_subscriber_sources':[{'type':'segment','ids':[" + id + "]}]}"));
        var home = "/segments/" + id;

        var page = browser.follow(browser.submit(Browser.form(browser.page(home), home + "/delete"), Map.of()));
        assertThat(page.select("[role=status].good").text())
                .isEqualTo("Not deleted: the sequence “Course” excludes by it.");

        sequence.delete();
        browser.follow(browser.submit(Browser.form(browser.page(home), home + "/delete"), Map.of()));
        assertThat(browser.get(home).status()).isEqualTo(404);
    }

    @Test
    void tags_are_made_counted_renamed_and_deleted() {
        var page =
                browser.follow(browser.submit(Browser.form(browser.page("/tags"), "/tags"), Map.of("name", "Speaker")));
        assertThat(page.select("[role=status]").text()).isEqualTo("“Speaker” is there.");
        assertThat(page.select("tbody tr:contains(Customer)").text()).startsWith("Customer 2");
        var home = page.select("tbody a:contains(Speaker)").attr("href");

        var taken = browser.submit(Browser.form(browser.page(home), home), Map.of("name", "customer"));
        assertThat(taken.status()).isEqualTo(422);
        assertThat(Browser.parse(taken).select("#name-fault").text()).isEqualTo("Another tag has this name.");
        page = browser.follow(browser.submit(Browser.form(browser.page(home), home), Map.of("name", "Guest")));
        assertThat(page.select("h1").text()).isEqualTo("Guest");

        browser.follow(browser.submit(Browser.form(page, home + "/delete"), Map.of()));
        assertThat(browser.get(home).status()).isEqualTo(404);
        assertThat(browser.page("/people?tag=" + customer).select("tbody th").eachText())
                .containsExactlyInAnyOrder("anna@example.org", "carl@example.org");
    }

    @Test
    void a_tag_that_keeps_people_out_of_a_sequence_stays() {
        var tag = server.tag("Kept");
        server.sequence(json("{'name':'Offer','exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}"));

        var page = browser.page("/tags/" + tag);

        assertThat(page.select(".note li").eachText()).containsExactly("Offer");
        browser.post(
                "/tags/" + tag + "/delete",
                Map.of("csrf", page.select("[name=csrf]").val()));
        assertThat(browser.get("/tags/" + tag).status()).isEqualTo(200);
    }

    @Test
    void fields_are_made_renamed_and_deleted() {
        var page = browser.follow(
                browser.submit(Browser.form(browser.page("/fields"), "/fields"), Map.of("label", "Shirt size")));
        assertThat(page.select("section:contains(Shirt size) code").get(0).text())
                .isEqualTo("{{ subscriber.shirt_size }}");
        var home = page.select("section:contains(Shirt size) form").get(0).attr("action");

        var taken = browser.submit(Browser.form(page, home), Map.of("label", "Favourite Tea"));
        assertThat(taken.status()).isEqualTo(422);
        assertThat(Browser.parse(taken).select(".fault").text())
                .isEqualTo("Another field has this label, or one that gives the same key.");
        assertThat(Browser.parse(taken).select("details[open] [name=label]").val())
                .isEqualTo("Favourite Tea");
        page = browser.follow(browser.submit(Browser.form(page, home), Map.of("label", "Size")));
        assertThat(page.select("h2").eachText()).contains("Size").doesNotContain("Shirt size");

        page = browser.follow(browser.submit(Browser.form(page, home + "/delete"), Map.of()));
        assertThat(page.select("h2").eachText()).doesNotContain("Size");
    }
}
