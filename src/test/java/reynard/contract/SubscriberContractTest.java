package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.FIELD;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.SUBSCRIBER;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.json;

import java.time.Duration;
import java.time.LocalDate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SubscriberContractTest {
    private static final String NOWHERE = "{'city':'null','state':'null','country':'null','latitude':'null',"
            + "'longitude':'null','timezone':'null'}";
    private final TestServer server = TestServer.start();
    private String now = "";

    @AfterAll
    void stop() {
        server.close();
    }

    /// Each test has an account of its own.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
        now = server.now().toString();
    }

    private static final String ONE = "{'subscriber':{" + SUBSCRIBER + "}}";

    @Test
    void a_new_subscriber_is_201_and_the_same_address_again_200_whatever_its_case() {
        server.field("Last name");
        server.field("Birthday");

        var created = server.post(
                "/v4/subscribers",
                json("{'first_name':'Alice','email_address':'Alice@example.org',"
                        + "'state':'active','fields':{'last_name':'Lamarr','birthday':'Feb 17'}}"));
        server.advance(Duration.ofHours(1));
        var again = server.post(
                "/v4/subscribers",
                json("{'first_name':'Ally','email_address':'alice@EXAMPLE.org',"
                        + "'state':'cancelled','fields':{'birthday':null}}"));

        assertShape(created, 201, ONE);
        assertThat(created.at("/subscriber/created_at").asText()).isEqualTo(now);
        assertThat(created.at("/subscriber/fields")).hasToString(json("{'last_name':'Lamarr','birthday':'Feb 17'}"));
        assertShape(again, 200, ONE);
        assertThat(again.at("/subscriber/id")).isEqualTo(created.at("/subscriber/id"));
        assertThat(again.at("/subscriber/first_name").asText()).isEqualTo("Ally");
        assertThat(again.at("/subscriber/state").asText()).isEqualTo("active");
        assertThat(again.at("/subscriber/created_at").asText()).isEqualTo(now);
        assertThat(again.at("/subscriber/fields")).hasToString(json("{'last_name':'Lamarr','birthday':null}"));
    }

    @Test
    void what_an_upsert_does_not_send_or_sends_as_null_stays() {
        server.post("/v4/subscribers", json("{'first_name':'Alice','email_address':'a@example.org'}"));

        for (var body : new String[] {
            "{'email_address':'a@example.org'}",
            "{'email_address':'a@example.org','first_name':null,'state':null,'fields':null}",
            "{'email_address':'a@example.org','fields':[]}"
        }) {
            assertThat(server.post("/v4/subscribers", json(body))
                            .at("/subscriber/first_name")
                            .asText())
                    .isEqualTo("Alice");
        }
    }

    @Test
    void a_subscriber_is_created_in_each_state_that_Kit_knows() {
        for (var state : new String[] {"active", "inactive", "cancelled", "bounced", "complained"}) {
            var created = server.post(
                    "/v4/subscribers", json("{'email_address':'" + state + "@example.org','state':'" + state + "'}"));
            assertThat(created.at("/subscriber/state").asText()).isEqualTo(state);
            assertThat(server.get("/v4/subscribers?status=" + state).each("subscribers", "email_address"))
                    .containsExactly(state + "@example.org");
        }
        assertThat(server.get("/v4/subscribers").body().get("subscribers")).hasSize(1);
        assertThat(server.get("/v4/subscribers?status=all").body().get("subscribers"))
                .hasSize(5);
    }

    @Test
    void nobody_who_left_comes_back_by_an_upsert_or_an_update() {
        for (var state : new String[] {"cancelled", "bounced", "complained"}) {
            var reader = server.subscriber(state + "@example.org", state);

            var body = json("{'email_address':'" + state + "@example.org','state':'active'}");
            assertThat(server.post("/v4/subscribers", body).status()).isEqualTo(200);
            assertThat(server.put("/v4/subscribers/" + reader.id(), body).status())
                    .isEqualTo(200);

            assertThat(reader.state()).isEqualTo(state);
        }
    }

    @Test
    void fields_that_are_not_a_clients_to_set_are_ignored() {
        var created = server.post("/v4/subscribers", json("""
                {'email_address':'a@example.org','account_id':2,'id':1,'created_at':'1999-01-01T00:00:00Z',
                 'confirmed_at':'1999-01-01T00:00:00Z','is_admin':true,'tags':['x']}"""));

        assertShape(created, 201, ONE);
        assertThat(created.at("/subscriber/id").asLong()).isNotEqualTo(1);
        assertThat(created.at("/subscriber/created_at").asText()).isEqualTo(now);
        server.useKey(server.stranger());
        assertThat(server.get("/v4/subscribers").body().get("subscribers")).isEmpty();
    }

    @Test
    void more_than_ten_fields_are_202_with_nulls_and_are_there_afterwards() {
        var fields = IntStream.rangeClosed(1, 11)
                .peek(i -> server.field("Field " + i))
                .mapToObj(i -> "'field_" + i + "':'v" + i + "'")
                .collect(Collectors.joining(","));

        var answer =
                server.post("/v4/subscribers", json("{'email_address':'a@example.org','fields':{" + fields + "}}"));

        assertShape(answer, 202, ONE);
        assertThat(answer.at("/subscriber/fields")).hasSize(11).allMatch(value -> value.isNull());
        var path = "/v4/subscribers/" + answer.at("/subscriber/id");
        assertThat(server.get(path).at("/subscriber/fields/field_11").asText()).isEqualTo("v11");
        assertShape(server.put(path, json("{'fields':{" + fields + "}}")), 202, ONE);
    }

    @Test
    void more_than_140_fields_are_refused() {
        var fields =
                IntStream.rangeClosed(1, 141).mapToObj(i -> "'f" + i + "':'v'").collect(Collectors.joining(","));

        assertError(
                server.post("/v4/subscribers", json("{'email_address':'a@example.org','fields':{" + fields + "}}")),
                422,
                "fields must have at most 140 keys");
    }

    @Test
    void unknown_fields_are_named_in_warnings() {
        var answer = server.post("/v4/subscribers", json("{'email_address':'a@example.org','fields':{'shoe':'42'}}"));

        assertShape(answer, 201, "{'subscriber':{" + SUBSCRIBER + "},'warnings':['text']}");
        assertThat(answer.at("/warnings/0").asText()).contains("shoe");
    }

    @Test
    void numbers_and_booleans_are_kept_as_the_texts_they_are_written_as() {
        server.field("Score");
        server.field("Member");

        var answer = server.post(
                "/v4/subscribers", json("{'email_address':'a@example.org','fields':{'score':87,'member':true}}"));

        assertThat(answer.at("/subscriber/fields")).hasToString(json("{'score':'87','member':'true'}"));
    }

    @Test
    void one_subscriber_is_shown_with_canceled_at_and_location() {
        var reader = server.subscriber("a@example.org");

        assertShape(
                server.get("/v4/subscribers/" + reader.id()),
                200,
                "{'subscriber':{" + SUBSCRIBER + ",'canceled_at':'null','location':" + NOWHERE + "}}");
        reader.unsubscribes();
        assertShape(
                server.get("/v4/subscribers/" + reader.id()),
                200,
                "{'subscriber':{" + SUBSCRIBER + ",'canceled_at':'instant','location':" + NOWHERE + "}}");
        assertError(server.get("/v4/subscribers/999999"), 404, "Not Found");
    }

    @Test
    void the_list_adds_what_include_names() {
        server.subscriber("a@example.org").getsTag(server.tag("VIP"));

        assertShape(server.get("/v4/subscribers"), 200, "{'subscribers':[{" + SUBSCRIBER + "}]," + PAGINATION + "}");
        assertShape(
                server.get("/v4/subscribers?include=attribution,tags,location"),
                200,
                "{'subscribers':[{" + SUBSCRIBER + ",'attribution':'any','tags':[{'id':'int','name':'text'}],"
                        + "'location':'null'}]," + PAGINATION + "}");
        assertShape(
                server.get("/v4/subscribers?slim=true&include=tags"),
                200,
                "{'subscribers':[{" + SUBSCRIBER.replace(",'fields':'any'", "")
                        + ",'tags':[{'id':'int','name':'text'}]}]," + PAGINATION + "}");
        assertThat(server.get("/v4/subscribers?include=canceled_at").status()).isEqualTo(422);
        assertThat(server.get("/v4/subscribers?include=stats").status()).isEqualTo(422);
        server.subscriber("b@example.org").unsubscribes();
        assertShape(
                server.get("/v4/subscribers?status=cancelled&include=canceled_at"),
                200,
                "{'subscribers':[{" + SUBSCRIBER + ",'canceled_at':'instant'}]," + PAGINATION + "}");
    }

    @Test
    void the_list_is_filtered_by_address_and_dates_in_both_forms() {
        server.subscriber("early@example.org");
        server.advance(Duration.ofDays(2));
        server.subscriber("Late@example.org");

        assertThat(emails("email_address=late@EXAMPLE.org")).containsExactly("Late@example.org");
        assertThat(emails("email_address=late@example.org,%20early@example.org,x@example.org"))
                .hasSize(2);
        var day = now.substring(0, 10);
        var next = LocalDate.parse(day).plusDays(1);
        assertThat(emails("created_after=" + next)).containsExactly("Late@example.org");
        assertThat(emails("created_before=" + next)).containsExactly("early@example.org");
        assertThat(emails("created_after=" + now)).containsExactly("Late@example.org");
        assertThat(emails("created_after=" + day)).hasSize(2);
        assertThat(emails("updated_after=" + next + "%2000:00:00")).containsExactly("Late@example.org");
        assertThat(emails("updated_before=" + next + "T01:00:00%2B01:00")).containsExactly("early@example.org");
        for (var bad : new String[] {
            "yesterday",
            "2026-02-30",
            "05-01-2026",
            "%2B999999999-12-31T00:00:00Z",
            "-9999-01-01T00:00:00Z",
            "2026-01-05T25:00:00Z"
        }) {
            var answer = server.get("/v4/subscribers?created_after=" + bad);
            assertThat(answer.status()).as(bad).isEqualTo(422);
            assertThat(answer.errors().getFirst()).startsWith("created_after ");
        }
    }

    private java.util.List<String> emails(String query) {
        return server.get("/v4/subscribers?" + query).each("subscribers", "email_address");
    }

    @Test
    void the_list_is_sorted_by_the_named_field_and_order_only() {
        server.subscriber("a@example.org");
        server.advance(Duration.ofHours(1));
        server.subscriber("b@example.org");
        server.advance(Duration.ofHours(1));
        server.post("/v4/subscribers", json("{'email_address':'a@example.org','first_name':'A'}"));

        assertThat(emails("")).containsExactly("b@example.org", "a@example.org");
        assertThat(emails("sort_order=asc")).containsExactly("a@example.org", "b@example.org");
        assertThat(emails("sort_field=created_at")).containsExactly("b@example.org", "a@example.org");
        assertThat(emails("sort_field=updated_at")).containsExactly("a@example.org", "b@example.org");
        assertError(
                server.get("/v4/subscribers?sort_field=cancelled_at"),
                422,
                "The status param must be `cancelled` if sort_field is `cancelled_at`");
        for (var bad : new String[] {"sort_field=id;drop", "sort_field='", "sort_order=up", "status=dead"}) {
            assertThat(server.get("/v4/subscribers?" + bad).status()).as(bad).isEqualTo(422);
        }
    }

    @Test
    void an_update_changes_what_it_sends_and_nothing_else() {
        server.field("Role");
        var created = server.post(
                "/v4/subscribers",
                json("{'first_name':'Alice','email_address':'a@example.org','fields':{'role':'Dev'}}"));
        var path = "/v4/subscribers/" + created.at("/subscriber/id");

        var moved = server.put(path, json("{'email_address':'b@example.org'}"));
        assertShape(moved, 200, ONE);
        assertThat(moved.at("/subscriber/first_name").asText()).isEqualTo("Alice");
        assertThat(moved.at("/subscriber/fields/role").asText()).isEqualTo("Dev");
        var nameless = server.put(path, json("{'first_name':null}"));
        assertThat(nameless.at("/subscriber/first_name").isNull()).isTrue();
        assertThat(nameless.at("/subscriber/email_address").asText()).isEqualTo("b@example.org");
        var cleared = server.put(path, json("{'fields':{'role':null}}"));
        assertThat(cleared.at("/subscriber/fields/role").isNull()).isTrue();
        assertShape(server.put(path, "{}"), 200, ONE);
    }

    @Test
    void an_address_that_another_has_is_refused_and_ones_own_is_not() {
        server.subscriber("a@example.org");
        var path = "/v4/subscribers/" + server.subscriber("b@example.org").id();

        assertError(
                server.put(path, json("{'first_name':'B','email_address':'A@example.org'}")),
                422,
                "Email address has already been taken");
        assertThat(server.get(path).at("/subscriber/first_name").isNull()).isTrue();
        assertThat(server.put(path, json("{'email_address':'B@example.org'}")).status())
                .isEqualTo(200);
        assertError(server.put("/v4/subscribers/999999", json("{'email_address':'c@example.org'}")), 404, "Not Found");
    }

    @Test
    void an_address_that_is_none_is_refused_in_Kits_words() {
        var path = "/v4/subscribers/" + server.subscriber("a@example.org").id();
        for (var address : new String[] {
            "''",
            "'x'",
            "'x@'",
            "'x@y'",
            "'a@b@example.org'",
            "null",
            "5",
            "[]",
            "{}",
            "'a b@example.org'",
            "'a@example.org\\r\\nBcc: v@example.org'",
            "'a\\n@example.org'",
            "'\\u0000@example.org'",
            "'" + "a".repeat(250) + "@example.org'"
        }) {
            var body = json("{'email_address':" + address + "}");
            assertError(server.post("/v4/subscribers", body), 422, "Email address is invalid");
            assertError(server.put(path, body), 422, "Email address is invalid");
        }
        assertError(server.post("/v4/subscribers", "{}"), 422, "Email address is invalid");
    }

    @Test
    void unsubscribing_is_204_also_again() {
        var reader = server.subscriber("a@example.org");
        var path = "/v4/subscribers/" + reader.id() + "/unsubscribe";

        for (var body : new String[] {"{}", "[]", ""}) {
            var answer = server.post(path, body);
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.raw().body()).isEmpty();
        }
        assertThat(reader.state()).isEqualTo("cancelled");
        assertError(server.post("/v4/subscribers/999999/unsubscribe", "{}"), 404, "Not Found");
    }

    @Test
    void a_custom_field_is_201_and_the_same_label_again_200() {
        var created = server.post("/v4/custom_fields", json("{'label':' Favourite Café '}"));
        var again = server.post("/v4/custom_fields", json("{'label':'favourite café'}"));

        assertShape(created, 201, "{'custom_field':{" + FIELD + "}}");
        long id = created.at("/custom_field/id").asLong();
        assertThat(created.body())
                .hasToString(json("{'custom_field':{'id':" + id + ",'name':'ck_field_" + id
                        + "_favourite_cafe','key':'favourite_cafe','label':'Favourite Café'}}"));
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(created.body());
        assertShape(server.get("/v4/custom_fields"), 200, "{'custom_fields':[{" + FIELD + "}]," + PAGINATION + "}");
    }

    @Test
    void a_label_must_say_something_on_one_line() {
        for (var body : new String[] {"{}", "{'label':null}", "{'label':''}", "{'label':'  '}", "[]", ""}) {
            assertError(server.post("/v4/custom_fields", json(body)), 422, "Label can't be blank");
        }
        for (var label : new String[] {"5", "[]", "'a\\nb'", "'!!!'", "'a\\u0000b'", "'" + "x".repeat(256) + "'"}) {
            assertThat(server.post("/v4/custom_fields", json("{'label':" + label + "}"))
                            .status())
                    .as(label)
                    .isEqualTo(422);
        }
        assertThat(server.get("/v4/custom_fields").body().get("custom_fields")).isEmpty();
        assertThat(server.post("/v4/custom_fields", json("{'label':'" + "x".repeat(255) + "'}"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void texts_beyond_ASCII_come_back_as_they_were_sent() {
        var answer = server.post(
                "/v4/subscribers",
                json("{'email_address':'jörg@münchen.example','first_name':'Zoë 🦊 \\ud83e\\udd8a 名\\r\\nBcc: x'}"));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.at("/subscriber/first_name").asText()).isEqualTo("Zoë 🦊 🦊 名\r\nBcc: x");
        assertThat(emails("email_address=J%C3%96RG@m%C3%BCnchen.example")).containsExactly("jörg@münchen.example");
    }
}
