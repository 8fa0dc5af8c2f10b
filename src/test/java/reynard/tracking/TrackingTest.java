package reynard.tracking;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.BROWSER;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;
import reynard.testing.TestServer.Reader;
import reynard.testing.TestServer.Sequence;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrackingTest {
    private static final String CONTENT = """
            <p><a href="https://shop.example/tea?kind=green&amp;size=2">Tea</a>
            <a href="https://shop.example/{{ subscriber.email_address }}">Yours</a>
            <a href="mailto:author@example.com">Mail</a> <a href="#top">Up</a>
            <a href="{{ subscriber.site }}">Site</a></p>
            """;

    private TestServer server;
    private int readers;

    @BeforeAll
    void start() {
        server = TestServer.start();
        server.field("Site");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Sequence sequence(String content) {
        return server.sequence(immediate("Hello").saying(content));
    }

    private Reader reader(Sequence sequence) {
        var reader = server.subscriber("reader" + readers++ + "@example.org", sequence);
        server.settle();
        return reader;
    }

    /// A minute later, when a person may well have read it.
    private Reader readingReader(Sequence sequence) {
        var reader = reader(sequence);
        server.advance(ofMinutes(1));
        return reader;
    }

    private String location(Answer answer) {
        return answer.raw().headers().firstValue("Location").orElse("");
    }

    private List<Integer> figures(Sequence sequence) {
        server.settle();
        var stats = sequence.showEmail("Hello").get("stats");
        return List.of(
                stats.get("recipients").asInt(),
                stats.get("opens").asInt(),
                stats.get("clicks").asInt());
    }

    @Test
    void a_link_leads_by_us_to_where_its_author_wanted() {
        var reader = readingReader(sequence(CONTENT));

        assertThat(reader.link("Tea")).startsWith("/c/");
        var answer = reader.follows("Tea");

        assertThat(answer.status()).isEqualTo(302);
        assertThat(location(answer)).isEqualTo("https://shop.example/tea?kind=green&size=2");
        assertThat(answer.raw().headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void a_link_with_the_readers_own_values_leads_there_too() {
        var reader = readingReader(sequence(CONTENT));

        assertThat(location(reader.follows("Yours"))).isEqualTo("https://shop.example/" + reader.email());
    }

    @Test
    void the_text_part_leads_by_us_as_well() {
        var reader = readingReader(sequence(CONTENT + "<p>Or look at https://shop.example/plain.</p>"));

        var text = reader.lastMail().get("text").asText();

        assertThat(text).doesNotContain("shop.example").contains("[1] https://mail.example.com" + reader.link("Tea"));
        assertThat(text).contains("mailto:author@example.com");
    }

    @Test
    void what_is_no_address_of_the_web_and_the_way_out_stay_as_they_are() {
        var reader = readingReader(sequence(CONTENT + "<a href=\"{{ unsubscribe_url }}\">Out</a>"));

        assertThat(reader.link("Mail")).isEqualTo("mailto:author@example.com");
        assertThat(reader.link("Up")).isEqualTo("#top");
        assertThat(reader.link("Out")).startsWith("/u/");
        assertThat(reader.lastMail().at("/headers/List-Unsubscribe").asText()).contains("/u/");
    }

    @Test
    void nobody_makes_us_lead_to_a_host_of_their_own() {
        var sequence = sequence(CONTENT + "<a href=\"https://shop.example{{ subscriber.site }}\">Under</a>");
        var reader = server.subscriber("evil@example.org");
        server.put(
                "/v4/subscribers/" + reader.id(),
                json("{'email_address':'evil@example.org','fields':{'site':'https://shop.example.evil.example/'}}"));
        reader.joins(sequence);
        server.settle();

        assertThat(reader.link("Site")).isEqualTo("https://shop.example.evil.example/");
        assertThat(reader.link("Under")).startsWith("https://shop.example");
    }

    @Test
    void an_open_and_a_click_count_once_for_each_email_however_often_they_happen() {
        var sequence = sequence(CONTENT);
        var first = readingReader(sequence);
        readingReader(sequence);

        first.opens();
        first.opens();
        first.follows("Tea");
        first.follows("Yours");

        assertThat(figures(sequence)).containsExactly(2, 1, 1);
        var stats = server.get("/v4/subscribers/" + first.id() + "/stats").at("/subscriber/stats");
        assertThat(stats.get("opened").asInt()).isOne();
        assertThat(stats.get("clicked").asInt()).isOne();
        assertThat(server.post(
                                "/v4/subscribers/filter",
                                json("{'all':[{'type':'clicks','count_greater_than':1,'any':[{'type':'urls',"
                                        + "'urls':['https://shop.example/tea'],'matching':'starts_with'}]}]}"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void the_picture_is_the_same_for_every_token() {
        var reader = readingReader(sequence(CONTENT));

        var known = reader.opens();
        var guessed = server.send("GET", "/o/" + "A".repeat(38) + ".gif", null, BROWSER);
        var odd = server.send("GET", "/o/x.gif", null, BROWSER);

        assertThat(known.status()).isEqualTo(200);
        assertThat(known.raw().body()).startsWith("GIF89a");
        for (var other : List.of(guessed, odd)) {
            assertThat(other.status()).isEqualTo(200);
            assertThat(other.raw().body()).isEqualTo(known.raw().body());
            assertThat(headers(other)).isEqualTo(headers(known));
        }
    }

    private static Map<String, List<String>> headers(Answer answer) {
        var headers = new HashMap<>(answer.raw().headers().map());
        headers.remove("date");
        return headers;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/c/nothing",
                "/c/nothing?url=https://evil.example",
                "/c/https:%2F%2Fevil.example",
                "/c/javascript:alert(1)",
                "/c/%2F%2Fevil.example",
                "/c/https:%2F%2Fgood@evil.example",
            })
    void a_link_that_is_not_ours_is_a_page_that_leads_nowhere(String path) {
        var answer = server.send("GET", path, null, BROWSER);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(location(answer)).isEmpty();
        assertThat(answer.raw().body()).contains("<html").doesNotContain("evil");
    }

    @Test
    void what_is_added_to_a_link_does_not_change_where_it_leads() {
        var reader = readingReader(sequence(CONTENT));

        var answer = server.send("GET", reader.link("Tea") + "?url=https://evil.example", null, BROWSER);

        assertThat(location(answer)).startsWith("https://shop.example/tea");
    }

    @Test
    void the_token_of_a_picture_is_no_link_and_of_a_link_no_picture() {
        var sequence = sequence(CONTENT);
        var reader = readingReader(sequence);
        var pixel = reader.pixel().replace("/o/", "").replace(".gif", "");

        assertThat(server.send("GET", "/c/" + pixel, null, BROWSER).status()).isEqualTo(404);
        server.send("GET", reader.link("Tea").replace("/c/", "/o/") + ".gif", null, BROWSER);

        assertThat(figures(sequence)).containsExactly(1, 0, 0);
    }

    @Test
    void every_reader_has_tokens_of_their_own() {
        var sequence = sequence(CONTENT);

        assertThat(readingReader(sequence).link("Tea"))
                .isNotEqualTo(readingReader(sequence).link("Tea"));
    }

    @Test
    void machines_are_led_on_and_do_not_count() {
        var sequence = sequence(CONTENT);
        var reader = readingReader(sequence);
        var link = reader.link("Tea");

        assertThat(server.send("HEAD", link, null, BROWSER).status()).isEqualTo(302);
        assertThat(server.send("GET", link, null, Map.of("User-Agent", "curl/8.5.0"))
                        .status())
                .isEqualTo(302);
        var ahead = new HashMap<>(BROWSER);
        ahead.put("Sec-Purpose", "prefetch");
        server.send("GET", link, null, ahead);
        server.send("GET", reader.pixel(), null, ahead);
        server.send("GET", reader.pixel(), null, Map.of("User-Agent", "Mozilla/5.0"));

        assertThat(figures(sequence)).containsExactly(1, 0, 0);
    }

    @Test
    void who_comes_within_seconds_of_the_email_is_a_machine_and_later_a_person() {
        var sequence = sequence(CONTENT);
        var reader = reader(sequence);

        reader.opens();
        reader.follows("Tea");
        assertThat(figures(sequence)).containsExactly(1, 0, 0);

        server.advance(ofSeconds(10));
        reader.opens();
        reader.follows("Tea");
        assertThat(figures(sequence)).containsExactly(1, 1, 1);
    }

    @Test
    void a_sequence_can_do_without() {
        var sequence = sequence(CONTENT);
        var settings = "/ext/v1/sequences/" + sequence.id();
        var off = server.put(settings, json("{'open_tracking':false,'click_tracking':false}"));
        var reader = readingReader(sequence);

        assertThat(off.at("/sequence/open_tracking").asBoolean(true)).isFalse();
        assertThat(reader.link("Tea")).isEqualTo("https://shop.example/tea?kind=green&size=2");
        assertThat(reader.pixel()).isEmpty();
        assertThat(reader.lastMail().get("raw").asText()).doesNotContain("/c/").doesNotContain("/o/");

        server.put(settings, json("{'open_tracking':null,'click_tracking':null}"));
        assertThat(readingReader(sequence).link("Tea")).startsWith("/c/");
    }

    @Test
    void an_account_can_do_without_and_a_sequence_with() {
        server.put("/ext/v1/account", json("{'open_tracking':false,'click_tracking':false}"));
        try {
            var sequence = sequence(CONTENT);
            assertThat(readingReader(sequence).link("Tea")).startsWith("https://shop.example");
            assertThat(server.get("/v4/account/email_stats")
                            .at("/stats/click_tracking_enabled")
                            .asBoolean(true))
                    .isFalse();

            server.put("/ext/v1/sequences/" + sequence.id(), json("{'click_tracking':true}"));
            var reader = readingReader(sequence);
            assertThat(reader.link("Tea")).startsWith("/c/");
            assertThat(reader.pixel()).isEmpty();
        } finally {
            server.put("/ext/v1/account", json("{'open_tracking':true,'click_tracking':true}"));
        }
    }

    @Test
    void links_go_on_working_when_the_sequence_is_gone() {
        var sequence = sequence(CONTENT);
        var reader = readingReader(sequence);
        var path = reader.link("Tea");

        sequence.delete();
        server.advance(ofDays(400));

        assertThat(location(server.send("GET", path, null, BROWSER))).startsWith("https://shop.example/tea");
    }

    @Test
    void many_links_of_one_address_are_kept_once() {
        var links = new LinkedHashSet<String>();
        var sequence = sequence("<a href=\"https://one.example/\">A</a><a href=\"https://one.example/\">B</a>");
        var reader = readingReader(sequence);
        links.add(reader.link("A"));
        links.add(reader.link("B"));

        assertThat(links).hasSize(1);
    }

    @Test
    void all_links_at_once_are_a_machine_even_the_first_that_looked_like_a_person() {
        var sequence = sequence(CONTENT + "<a href=\"https://shop.example/more\">More</a>");
        var reader = readingReader(sequence);

        reader.follows("Tea");
        assertThat(figures(sequence)).containsExactly(1, 0, 1);
        reader.follows("Yours");
        reader.follows("More");
        assertThat(figures(sequence)).containsExactly(1, 0, 0);

        server.advance(ofMinutes(5));
        reader.follows("More");
        assertThat(figures(sequence)).containsExactly(1, 0, 1);
    }

    @Test
    void a_person_who_had_clicked_before_a_scanner_came_stays_one() {
        var sequence = sequence(CONTENT + "<a href=\"https://shop.example/more\">More</a>");
        var reader = readingReader(sequence);
        reader.follows("Tea");
        server.advance(ofMinutes(5));

        reader.follows("Tea");
        reader.follows("Yours");
        reader.follows("More");

        assertThat(figures(sequence)).containsExactly(1, 0, 1);
    }
}
