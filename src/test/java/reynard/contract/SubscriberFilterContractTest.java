package reynard.contract;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.testing.TestServer;
import reynard.testing.Tracks;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SubscriberFilterContractTest {
    private static final String ROW = "'id':'text','first_name':'text?','email_address':'text','created_at':'instant',"
            + "'tag_names':['text'],'tag_ids':['text']";
    private static final String LOCATION = "{'city':'text?','state':'text?','country':'text?','latitude':'any',"
            + "'longitude':'any','timezone':'text?'}";
    private static final String ATTRIBUTION = "{'referrer':'text?','utm_source':'text?','utm_medium':'text?',"
            + "'utm_campaign':'text?','utm_term':'text?','utm_content':'text?','source_type':'text?',"
            + "'source_name':'text?','source_mechanism':'text?','source_mechanism_id':'int?'}";
    private static final String STATS = "{'sent':'int','opened':'int','clicked':'int','bounced':'int',"
            + "'open_rate':'any','click_rate':'any','last_sent':'instant?','last_opened':'instant?',"
            + "'last_clicked':'instant?','sends_since_last_open':'int','sends_since_last_click':'int'}";

    private final TestServer server = TestServer.start();
    private final Tracks tracks = new Tracks(server);

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
    }

    private List<String> found(String all) {
        return addresses("{'all':[" + all + "],'sort_field':'email_address','sort_order':'asc'}");
    }

    private List<String> addresses(String body) {
        var answer = server.post("/v4/subscribers/filter", json(body));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.each("subscribers", "email_address").stream()
                .map(address -> address.replace("@example.org", ""))
                .toList();
    }

    @Test
    void without_a_condition_everybody_is_found_with_ids_as_texts() {
        var reader = server.subscriber("a@example.org");
        reader.getsTag(server.tag("VIP"));
        server.subscriber("gone@example.org").unsubscribes();

        for (var body : List.of("{}", "{'all':[]}", "")) {
            var answer = server.post("/v4/subscribers/filter", json(body));
            assertShape(answer, 200, "{'subscribers':[{" + ROW + "}]," + PAGINATION + "}");
            assertThat(answer.at("/subscribers")).hasSize(2);
        }
        var first = server.post("/v4/subscribers/filter", json("{'sort_order':'asc'}"));
        assertThat(first.at("/subscribers/0/id").asText()).isEqualTo(Long.toString(reader.id()));
        assertThat(first.at("/subscribers/0/tag_names/0").asText()).isEqualTo("VIP");
    }

    @Test
    void every_condition_must_match() {
        long vip = server.tag("VIP");
        long fan = server.tag("Fan");
        server.subscriber("a@example.org").getsTag(vip);
        var both = server.subscriber("b@example.org");
        both.getsTag(fan);
        both.unsubscribes();
        server.subscriber("c@example.org");
        var tags = "{'type':'tags','any':[{'type':'ids','matching':[" + vip + "," + fan + "]}]}";

        assertThat(found(tags)).containsExactly("a", "b");
        assertThat(found(tags + ",{'type':'subscriber_state','states':['active']}"))
                .containsExactly("a");
        assertThat(found("{'type':'subscriber_state','states':['active','cancelled']}"))
                .containsExactly("a", "b", "c");
    }

    @Test
    void the_day_of_sign_up_has_two_ends() {
        server.subscriber("a@example.org");
        var day = server.now().plus(ofDays(1)).toString();
        server.advance(ofDays(2));
        server.subscriber("b@example.org");

        assertThat(found("{'type':'subscribed','after':'" + day + "'}")).containsExactly("b");
        assertThat(found("{'type':'subscribed','before':'" + day + "'}")).containsExactly("a");
        assertThat(found("{'type':'subscribed'}")).containsExactly("a", "b");
    }

    @Test
    void custom_fields_are_compared_as_texts_and_as_numbers() {
        long score = server.field("Score");
        for (var entry : List.of("a:9", "b:10", "c:ten", "d:")) {
            var parts = entry.split(":", 2);
            server.post(
                    "/v4/subscribers",
                    json("{'email_address':'" + parts[0] + "@example.org','fields':{'score':'" + parts[1] + "'}}"));
        }
        var field = "{'type':'custom_field','subscriber_custom_field_id':" + score + ",";

        assertThat(found(field + "'comparison':'is','value':'ten'}")).containsExactly("c");
        assertThat(found(field + "'comparison':'is','value':'TEN'}")).isEmpty();
        assertThat(found(field + "'comparison':'contains','value':'E'}")).containsExactly("c");
        assertThat(found(field + "'comparison':'contains','value':''}")).containsExactly("a", "b", "c");
        assertThat(found(field + "'comparison':'has_value'}")).containsExactly("a", "b", "c");
        assertThat(found(field + "'comparison':'greater_than','value':'9'}")).containsExactly("b");
        assertThat(found(field + "'comparison':'greater_than_or_equal','value':'9'}"))
                .containsExactly("a", "b");
        assertThat(found(field + "'comparison':'less_than','value':'9.5'}")).containsExactly("a");
        assertThat(found(field + "'comparison':'less_than_or_equal','value':'10'}"))
                .containsExactly("a", "b");
    }

    @Test
    void engagement_is_counted_by_event_or_by_email_in_a_time() {
        var sequence = server.sequence(immediate("One"), TestServer.days("Two", 1));
        var a = server.subscriber("a@example.org", sequence);
        server.subscriber("b@example.org", sequence);
        server.subscriber("c@example.org");
        server.settle();
        var between = server.now().plusSeconds(3600).toString();
        server.advance(ofDays(2));
        var emails = a.deliveries().stream().map(row -> row.get("id").asLong()).toList();
        for (int i = 0; i < 3; i++) {
            tracks.opens(emails.get(0), server.now());
        }
        tracks.clicks(emails.get(0), "https://kit.example/tea?x=1", server.now());

        assertThat(found("{'type':'sent'}")).containsExactly("a", "b");
        assertThat(found("{'type':'delivered','count_greater_than':1}")).containsExactly("a", "b");
        assertThat(found("{'type':'sent','after':'" + between + "','count_greater_than':1}"))
                .isEmpty();
        assertThat(found("{'type':'sent','before':'" + between + "','count_less_than_or_equal':1}"))
                .containsExactly("a", "b", "c");
        assertThat(found("{'type':'opens','count_greater_than':2}")).containsExactly("a");
        assertThat(found("{'type':'opens','count_less_than':1}")).containsExactly("b", "c");
        assertThat(addresses("{'counting_mode':'unique_email','all':[{'type':'opens','count_greater_than':1}]}"))
                .isEmpty();
        assertThat(addresses(
                        "{'counting_mode':'unique_email','all':[{'type':'opens','count_greater_than_or_equal':1}]}"))
                .containsExactly("a");
        var clicks = "{'type':'clicks','any':[{'type':'urls','urls':['nowhere','%s'],'matching':'%s'}]}";
        assertThat(found(clicks.formatted("kit.example", "contains"))).containsExactly("a");
        assertThat(found(clicks.formatted("https://kit", "starts_with"))).containsExactly("a");
        assertThat(found(clicks.formatted("?x=1", "ends_with"))).containsExactly("a");
        assertThat(found(clicks.formatted("kit.example", "exact"))).isEmpty();
        assertThat(found(clicks.formatted("https://kit.example/tea?x=1", "exact")))
                .containsExactly("a");
        assertThat(found("{'type':'opens','any':[{'type':'broadcasts','ids':[1]}]}"))
                .isEmpty();
    }

    @Test
    void a_form_is_where_somebody_comes_from_when_it_was_the_first() {
        long form = server.form("Teapot page", "hosted");
        long other = server.form("Other", "embed");
        for (var name : List.of("a", "b")) {
            var reader = server.subscriber(name + "@example.org");
            server.post(
                    "/v4/forms/" + form + "/subscribers/" + reader.id(),
                    json("{'referrer':'https://example.com/?utm_source=tea&utm_medium=cpc'}"));
            server.post("/v4/forms/" + other + "/subscribers/" + reader.id(), "{}");
        }
        server.subscriber("c@example.org");
        var attribution = "{'type':'attribution','any':[%s]}";

        assertThat(found(attribution.formatted("{'type':'forms','ids':[" + form + "]}")))
                .containsExactly("a", "b");
        assertThat(found(attribution.formatted("{'type':'forms','ids':[" + other + "]}")))
                .isEmpty();
        assertThat(found(attribution.formatted("{'type':'kit_source','source_type':'api_subscription'}")))
                .containsExactly("c");
        assertThat(found(attribution.formatted(
                        "{'type':'kit_source','source_names':['Teapot page'],'mechanism':'landing_page'}")))
                .containsExactly("a", "b");
        assertThat(found(attribution.formatted("{'type':'kit_source','mechanism_ids':[7]}")))
                .isEmpty();
        var shown = server.get("/v4/subscribers?include=attribution&sort_order=asc");
        assertShape(
                shown,
                200,
                "{'subscribers':[{" + Shape.SUBSCRIBER + ",'attribution':" + ATTRIBUTION + "}]," + PAGINATION + "}");
        assertThat(shown.at("/subscribers/0/attribution/utm_source").asText()).isEqualTo("tea");
        assertThat(shown.at("/subscribers/0/attribution/source_name").asText()).isEqualTo("Teapot page");
        assertThat(shown.at("/subscribers/2/attribution/source_mechanism").asText())
                .isEqualTo("api");
    }

    @Test
    void people_near_a_place_are_found_and_ordered_by_distance() {
        pinned("boise@example.org", 43.62, -116.2);
        pinned("meridian@example.org", 43.61, -116.39);
        pinned("london@example.org", 51.5, -0.12);
        server.subscriber("nowhere@example.org");
        var near = "{'type':'location','latitude':43.6,'longitude':-116.4,'radius':%s}";

        assertThat(found(near.formatted("5"))).containsExactly("meridian");
        assertThat(found(near.formatted("20"))).containsExactly("boise", "meridian");
        assertThat(addresses("{'all':[" + near.formatted("12000") + "],'sort_field':'location__distance'}"))
                .containsExactly("meridian", "boise", "london");
        pinned("fiji@example.org", -17.0, 179.9);
        assertThat(found("{'type':'location','latitude':-17,'longitude':-179.9,'radius':20}"))
                .containsExactly("fiji");
        assertError(
                server.post("/v4/subscribers/filter", json("{'sort_field':'location__distance'}")),
                422,
                "sort_field location__distance needs a location condition");
    }

    private void pinned(String email, double latitude, double longitude) {
        var answer = server.post(
                "/v4/subscribers/" + server.subscriber(email).id() + "/location",
                json("{'location':{'city':'X','state_province':'Y','country_code':'US','latitude':" + latitude
                        + ",'longitude':" + longitude + ",'timezone':'America/Denver'}}"));
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void what_include_names_is_shown_and_a_range_bounds_the_statistics() {
        server.field("Category");
        var sequence = server.sequence(immediate("One"));
        var reader = server.subscriber("a@example.org", sequence);
        server.settle();
        tracks.opens(reader.deliveries().getFirst().get("id").asLong(), server.now());

        var answer = server.post("/v4/subscribers/filter", json("""
                {'include':[{'type':'attribution'},{'type':'tags'},{'type':'location'},{'type':'canceled_at'},
                            {'type':'stats'},{'type':'custom_fields'}]}
                """));
        assertShape(
                answer,
                200,
                "{'subscribers':[{" + ROW + ",'attribution':" + ATTRIBUTION
                        + ",'tags':['any'],'location':'any','canceled_at':'instant','stats':" + STATS
                        + ",'fields':{'category':'text?'}}]," + PAGINATION + "}");
        assertThat(answer.at("/subscribers/0/stats/open_rate").asDouble()).isEqualTo(1.0);
        var range = "{'include':[{'type':'stats','range':{'start':'%s','end':'%s'}}]}";
        var before = server.post("/v4/subscribers/filter", json(range.formatted("2025-06-01", "2025-07-01")));
        assertThat(before.at("/subscribers/0/stats/sent").asLong()).isZero();
        assertThat(before.at("/subscribers/0/stats/last_sent").isNull()).isTrue();
        assertError(
                server.post("/v4/subscribers/filter", json(range.formatted("2015-06-01", "2015-07-01"))),
                400,
                "The stats range must be within the last 5 years");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id",
                "first_name",
                "email_address",
                "created_at",
                "engagement__sent",
                "engagement__opens",
                "engagement__clicks",
                "engagement__open_rate",
                "engagement__click_rate"
            })
    void every_order_pages_without_a_gap_in_body_and_query(String field) {
        for (int i = 0; i < 5; i++) {
            server.post(
                    "/v4/subscribers",
                    json("{'email_address':'r" + i + "@example.org','first_name':'" + "Äé☕".repeat(i) + "'}"));
        }
        var whole = addresses("{'sort_field':'" + field + "','sort_order':'asc'}");
        var seen = new java.util.ArrayList<String>();
        var after = "";
        for (int page = 0; page < 3; page++) {
            var answer = server.post(
                    "/v4/subscribers/filter",
                    json("{'sort_field':'" + field + "','sort_order':'asc','per_page':2,'after':'" + after + "'}"));
            seen.addAll(answer.each("subscribers", "email_address"));
            after = answer.at("/pagination/end_cursor").asText();
        }

        assertThat(seen.stream().map(address -> address.replace("@example.org", "")))
                .containsExactlyElementsOf(whole);
        assertThat(whole).hasSize(5);
        assertThat(server.post("/v4/subscribers/filter?per_page=2&include_total_count=1", "{}")
                        .at("/pagination/total_count")
                        .asLong())
                .isEqualTo(5);
    }

    @Test
    void lists_are_ordered_by_engagement_too_but_not_for_an_address() {
        var sequence = server.sequence(immediate("One"));
        server.subscriber("a@example.org", sequence);
        server.subscriber("b@example.org");
        var c = server.subscriber("c@example.org", sequence);
        server.settle();
        tracks.opens(c.deliveries().getFirst().get("id").asLong(), server.now());

        assertThat(server.get("/v4/subscribers?sort_field=engagement__opens").each("subscribers", "email_address"))
                .startsWith("c@example.org");
        assertThat(server.get("/v4/subscribers?sort_field=engagement__sent&sort_order=asc")
                        .each("subscribers", "email_address"))
                .startsWith("b@example.org");
        assertError(
                server.get("/v4/subscribers?sort_field=engagement__sent&email_address=a@example.org"),
                422,
                "sort_field engagement__sent can't be combined with email_address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'all':5}",
                "{'all':[{}]}",
                "{'all':[{'type':'unknown'}]}",
                "{'all':[{'type':'opens','count_greater_than':-1}]}",
                "{'all':[{'type':'opens','any':[{'type':'urls','urls':['x']}]}]}",
                "{'all':[{'type':'opens','after':'soon'}]}",
                "{'all':[{'type':'clicks','any':[{'type':'urls'}]}]}",
                "{'all':[{'type':'clicks','any':[{'type':'urls','urls':['\\u0000']}]}]}",
                "{'all':[{'type':'tags'}]}",
                "{'all':[{'type':'tags','any':[{'type':'ids','matching':['x']}]}]}",
                "{'all':[{'type':'subscriber_state','states':['asleep']}]}",
                "{'all':[{'type':'subscriber_state'}]}",
                "{'all':[{'type':'custom_field'}]}",
                "{'all':[{'type':'custom_field','subscriber_custom_field_id':1,'comparison':'like'}]}",
                "{'all':[{'type':'custom_field','subscriber_custom_field_id':1,'comparison':'less_than','value':'x'}]}",
                "{'all':[{'type':'location','latitude':91,'longitude':0,'radius':1}]}",
                "{'all':[{'type':'location','latitude':1}]}",
                "{'all':[{'type':'attribution'}]}",
                "{'counting_mode':'twice'}",
                "{'include':[{'type':'secrets'}]}",
                "{'include':[{'type':'stats','range':{'start':'2026-01-03','end':'2026-01-01'}}]}",
                "{'sort_field':'state'}",
                "{'sort_order':'up'}",
                "{'after':'x'}",
                "{'after':[]}",
                "{'per_page':0}",
                "{'sort_field':'first_name','after':'WyJcdTAwMDAiLDFd'}"
            })
    void what_is_no_filter_is_refused_and_never_a_500(String body) {
        var answer = server.post("/v4/subscribers/filter", json(body));

        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(422);
        assertThat(answer.errors()).isNotEmpty();
    }

    @Test
    void a_place_is_pinned_replaced_and_taken_away() {
        var reader = server.subscriber("a@example.org");
        var path = "/v4/subscribers/" + reader.id() + "/location";
        var boise = "{'location':{'city':'Boise','state_province':'Idaho','country_code':'us','latitude':43.62,"
                + "'longitude':-116.2,'timezone':'America/Denver'}}";

        assertThat(server.get("/v4/subscribers/" + reader.id())
                        .at("/subscriber/location/city")
                        .isNull())
                .isTrue();
        var pinned = server.post(path, json(boise));
        assertShape(
                pinned,
                200,
                "{'subscriber':{'id':'int','location':{'city':'text','state_province':'text','country_code':'text',"
                        + "'latitude':'any','longitude':'any','timezone':'text'}}}");
        assertThat(pinned.at("/subscriber/location/country_code").asText()).isEqualTo("US");
        server.send("PATCH", path, json(boise.replace("'Boise'", "'Nampa'")));
        var shown = server.get("/v4/subscribers/" + reader.id());
        assertThat(shown.at("/subscriber/location/city").asText()).isEqualTo("Nampa");
        assertShape(
                server.get("/v4/subscribers?include=location"),
                200,
                "{'subscribers':[{" + Shape.SUBSCRIBER + ",'location':" + LOCATION + "}]," + PAGINATION + "}");
        assertThat(server.delete(path).status()).isEqualTo(204);
        assertThat(server.delete(path).status()).isEqualTo(204);
        assertThat(server.get("/v4/subscribers?include=location")
                        .at("/subscribers/0/location")
                        .isNull())
                .isTrue();
    }

    @Test
    void a_place_needs_all_six_fields_and_a_subscriber_of_this_account() {
        var path = "/v4/subscribers/" + server.subscriber("a@example.org").id() + "/location";
        var place = "{'location':{'city':'Boise','state_province':'Idaho','country_code':'%s','latitude':%s,"
                + "'longitude':-116.2,'timezone':'%s'}}";

        assertError(
                server.send(
                        "PATCH",
                        path,
                        json(place.replace("'country_code':'%s',", "").formatted("1", "Etc/UTC"))),
                422,
                "Country code can't be blank");
        assertError(
                server.post(path, json("{'location':{}}")),
                422,
                "City can't be blank",
                "State province can't be blank",
                "Country code can't be blank",
                "Latitude can't be blank",
                "Longitude can't be blank",
                "Timezone can't be blank");
        assertError(
                server.post(path, json(place.formatted("XX", "1", "Mars/Base"))),
                422,
                "Country code is not a valid ISO 3166-1 alpha-2 code",
                "Timezone is not a valid IANA time zone");
        assertThat(server.post(path, json(place.formatted("US", "90.1", "Etc/UTC")))
                        .status())
                .isEqualTo(422);
        assertThat(server.post(path, "{}").errors()).containsExactly("Location can't be blank");
        server.useKey(server.stranger());
        for (var verb : List.of("POST", "PATCH", "DELETE")) {
            assertError(server.send(verb, path, json(place.formatted("US", "1", "Etc/UTC"))), 404, "Not Found");
        }
    }

    @Test
    void the_numbers_of_one_subscriber_are_fractions() {
        var sequence = server.sequence(immediate("One"), TestServer.days("Two", 1));
        var reader = server.subscriber("a@example.org", sequence);
        server.settle();
        tracks.opens(reader.deliveries().getFirst().get("id").asLong(), server.now());
        server.advance(ofDays(2));
        var path = "/v4/subscribers/" + reader.id() + "/stats";

        var answer = server.get(path);
        assertShape(answer, 200, "{'subscriber':{'id':'int','stats':" + STATS + "}}");
        assertThat(answer.at("/subscriber/stats/sent").asLong()).isEqualTo(2);
        assertThat(answer.at("/subscriber/stats/open_rate").asDouble()).isEqualTo(0.5);
        assertThat(answer.at("/subscriber/stats/sends_since_last_open").asLong())
                .isEqualTo(1);
        assertThat(answer.at("/subscriber/stats/sends_since_last_click").asLong())
                .isEqualTo(2);
        assertThat(server.get(path + "?email_sent_before=2026-01-01")
                        .at("/subscriber/stats/sent")
                        .asLong())
                .isZero();
        assertThat(server.get(path + "?email_sent_after=then").status()).isEqualTo(422);
        server.useKey(server.stranger());
        assertError(server.get(path), 404, "Not Found");
    }
}
