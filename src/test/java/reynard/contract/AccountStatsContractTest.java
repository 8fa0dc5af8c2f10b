package reynard.contract;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;
import reynard.testing.Tracks;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountStatsContractTest {
    private static final String EMAIL_STATS = """
            {'stats':{'sent':'int','clicked':'int','opened':'int','email_stats_mode':'text',
              'open_tracking_enabled':'bool','click_tracking_enabled':'bool','starting':'instant','ending':'instant',
              'open_rate':'any','click_rate':'any','unsubscribe_rate':'any','bounce_rate':'any'}}
            """;

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    /// Each test has an account of its own.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
    }

    @Test
    void the_palette_is_empty_at_first_and_replaced_as_a_whole() {
        assertThat(server.get("/v4/account/colors").body().toString()).isEqualTo("{\"colors\":[]}");

        assertShape(
                server.put("/v4/account/colors", json("{'colors':['#008000','#FF0000']}")), 200, "{'colors':['text']}");
        server.put("/v4/account/colors", json("{'colors':['#fff']}"));

        assertThat(server.get("/v4/account/colors").body().toString()).isEqualTo("{\"colors\":[\"#fff\"]}");
        server.useKey(server.stranger());
        assertThat(server.get("/v4/account/colors").at("/colors")).isEmpty();
    }

    @Test
    void a_code_that_is_none_changes_nothing() {
        server.put("/v4/account/colors", json("{'colors':['#000000']}"));

        assertError(
                server.put("/v4/account/colors", json("{'colors':['#123_not_a_code','#ffffff','red']}")),
                422,
                "Colors #123_not_a_code is not a valid hex color code.",
                "Colors red is not a valid hex color code.");
        assertError(
                server.put("/v4/account/colors", json("{'colors':[" + "'#fff',".repeat(10) + "'#fff']}")),
                422,
                "Colors must have at most 10 codes");
        for (var body : new String[] {"{}", "{'colors':null}", "{'colors':'#fff'}", "{'colors':[5]}"}) {
            assertThat(server.put("/v4/account/colors", json(body)).status())
                    .as(body)
                    .isEqualTo(422);
        }
        assertThat(server.get("/v4/account/colors").at("/colors/0").asText()).isEqualTo("#000000");
    }

    @Test
    void a_creator_profile_is_404_until_one_is_set_up() {
        assertError(server.get("/v4/account/creator_profile"), 404, "Not Found");

        var saved = server.put(
                "/ext/v1/account/creator_profile",
                json("{'name':'Tea','byline':'Leaves','bio':'One letter a week','image_url':'https://example.com/a'}"));

        assertShape(
                saved,
                200,
                "{'profile':{'name':'text','byline':'text','bio':'text','image_url':'text','profile_url':'text'}}");
        assertThat(server.get("/v4/account/creator_profile").body()).isEqualTo(saved.body());
        assertError(
                server.put("/ext/v1/account/creator_profile", json("{'name':' ','image_url':'javascript:1'}")),
                422,
                "name can't be blank",
                "image_url must be an address that begins with http:// or https://");
    }

    @Test
    void email_statistics_are_those_of_the_last_90_days_in_percent() {
        var sequence = server.sequence(immediate("Hello"));
        var early = server.subscriber("early@example.org", sequence);
        server.settle();
        server.advance(ofDays(91));
        assertThat(server.get("/v4/account/email_stats").at("/stats/sent").asLong())
                .isZero();

        server.subscriber("late@example.org", sequence);
        server.settle();
        assertThat(server.get("/v4/account/email_stats").at("/stats/sent").asLong())
                .isEqualTo(1);
        assertThat(early.deliveries()).hasSize(1);
        server.useKey(server.stranger());
        assertThat(server.get("/v4/account/email_stats").at("/stats/sent").asLong())
                .isZero();
    }

    @Test
    void emails_opened_and_followed_are_counted_once_each() {
        var sequence = server.sequence(immediate("Hello"));
        var readers = new TestServer.Reader[6];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = server.subscriber("reader" + i + "@example.org", sequence);
        }
        server.settle();
        var tracks = new Tracks(server);
        for (int i = 0; i < 3; i++) {
            long delivery = readers[i].deliveries().getFirst().get("id").asLong();
            tracks.opens(delivery, server.now());
            tracks.opens(delivery, server.now());
        }
        tracks.clicks(readers[0].deliveries().getFirst().get("id").asLong(), "https://example.com/", server.now());

        var stats = server.get("/v4/account/email_stats");

        assertShape(stats, 200, EMAIL_STATS);
        assertThat(stats.at("/stats/sent").asLong()).isEqualTo(6);
        assertThat(stats.at("/stats/opened").asLong()).isEqualTo(3);
        assertThat(stats.at("/stats/clicked").asLong()).isEqualTo(1);
        assertThat(stats.at("/stats/open_rate").asDouble()).isEqualTo(50.0);
        assertThat(stats.at("/stats/click_rate").asDouble()).isEqualTo(16.67);
        assertThat(stats.at("/stats/email_stats_mode").asText()).isEqualTo("last_90");
        assertThat(sequence.show().at("/stats/opens").asLong()).isEqualTo(3);
        assertThat(sequence.show().at("/stats/clicks").asLong()).isEqualTo(1);
    }

    @Test
    void growth_counts_whole_days_and_writes_them_with_an_offset() {
        server.subscriber("a@example.org");
        server.subscriber("b@example.org");
        server.subscriber("waiting@example.org", "inactive");
        var leaver = server.subscriber("c@example.org");
        server.advance(ofDays(2));
        leaver.unsubscribes();

        var now = server.now().toString().substring(0, 10);
        var whole = server.get("/v4/account/growth_stats");
        var today = server.get("/v4/account/growth_stats?starting=" + now + "&ending=" + now);

        assertShape(whole, 200, """
                {'stats':{'cancellations':'int','net_new_subscribers':'int','new_subscribers':'int',
                  'subscribers':'int','starting':'text','ending':'text'}}
                """);
        assertThat(whole.at("/stats/new_subscribers").asLong()).isEqualTo(3);
        assertThat(whole.at("/stats/cancellations").asLong()).isEqualTo(1);
        assertThat(whole.at("/stats/net_new_subscribers").asLong()).isEqualTo(2);
        assertThat(whole.at("/stats/subscribers").asLong()).isEqualTo(2);
        assertThat(today.at("/stats/new_subscribers").asLong()).isZero();
        assertThat(today.at("/stats/net_new_subscribers").asLong()).isEqualTo(-1);
        assertThat(today.at("/stats/starting").asText()).isEqualTo(now + "T00:00:00+00:00");
        assertThat(today.at("/stats/ending").asText()).isEqualTo(now + "T23:59:59+00:00");
    }

    @Test
    void days_that_are_none_are_all_told_at_once() {
        assertError(
                server.get("/v4/account/growth_stats?starting=2023-2-30&ending=tomorrow"),
                422,
                "Starting date is incorrectly formatted. Use YYYY-MM-DD.",
                "Ending date is incorrectly formatted. Use YYYY-MM-DD.",
                "Starting date must be before the ending date.");
        assertError(
                server.get("/v4/account/growth_stats?starting=2023-02-30"),
                422,
                "Starting date is incorrectly formatted. Use YYYY-MM-DD.");
        assertError(
                server.get("/v4/account/growth_stats?starting=2023-03-02&ending=2023-03-01"),
                422,
                "Starting date must be before the ending date.");
        assertThat(server.get("/v4/account/growth_stats?starting=&ending=").status())
                .isEqualTo(200);
    }
}
