package reynard.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;
import static reynard.testing.TestServer.text;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reynard.testing.FakeReceiver;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BulkTest {
    private final TestServer server = TestServer.start();
    private final FakeReceiver receiver = FakeReceiver.start();

    /// An account of its own for each test.
    @BeforeEach
    void come() {
        server.useKey(server.stranger());
        server.useToken(server.token());
    }

    @AfterAll
    void stop() {
        receiver.close();
        server.close();
    }

    private Answer bulk(String path, String body) {
        return server.post("/v4/bulk/" + path, json(body));
    }

    private Answer unbulk(String path, String body) {
        return server.send("DELETE", "/v4/bulk/" + path, json(body));
    }

    /// @param from the number of the first
    private static String people(int from, int count, String more) {
        return text(Map.of(
                        "subscribers",
                        IntStream.range(from, from + count)
                                .mapToObj(i -> Map.of("email_address", "r" + i + "@example.org", "first_name", "R" + i))
                                .toList()))
                .replaceFirst("}$", more + "}");
    }

    private Answer job() {
        var id = server.get("/ext/v1/bulk_jobs").at("/bulk_jobs/0/id").asLong();
        return server.get("/ext/v1/bulk_jobs/" + id);
    }

    private long subscribers() {
        return server.get("/v4/subscribers?include_total_count=true&per_page=1&status=all")
                .at("/pagination/total_count")
                .asLong();
    }

    // At once

    @Test
    void a_hundred_are_done_at_once_and_what_fails_is_told_with_what_was_sent() {
        var answer = bulk("subscribers", """
                {'subscribers':[
                    {'first_name':'Alice','email_address':'alice@example.org'},
                    {'first_name':'Benito','email_address':'nobody'},
                    {'email_address':null},
                    {'email_address':'out@example.org','state':'cancelled'},
                    {'email_address':'odd@example.org','state':'asleep'},
                    {'email_address':'ALICE@example.org','first_name':'Alicia'}]}
                """);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.each("subscribers", "email_address"))
                .containsExactly("alice@example.org", "out@example.org", "alice@example.org");
        assertThat(answer.each("subscribers", "first_name")).containsExactly("Alicia", "null", "Alicia");
        assertThat(answer.each("subscribers", "state")).containsExactly("active", "cancelled", "active");
        assertThat(answer.at("/failures")).hasSize(3);
        assertThat(answer.at("/failures/0").toString())
                .isEqualTo(json("{'errors':['Email address is invalid'],'subscriber':{'first_name':'Benito',"
                        + "'email_address':'nobody','state':'active','created_at':null}}"));
        assertThat(answer.at("/failures/1/errors/0").asText()).isEqualTo("Email address is invalid");
        assertThat(answer.at("/failures/2/errors/0").asText()).startsWith("state must be one of: ");
        assertThat(subscribers()).isEqualTo(2);
        assertThat(server.get("/ext/v1/bulk_jobs").at("/bulk_jobs")).isEmpty();
    }

    @Test
    void someone_who_is_there_keeps_state_and_what_is_not_sent() {
        server.subscriber("gone@example.org", "complained");
        bulk("subscribers", "{'subscribers':[{'email_address':'gone@example.org','first_name':'Gone'}]}");
        var answer = bulk("subscribers", "{'subscribers':[{'email_address':'gone@example.org','state':'active'}]}");

        assertThat(answer.each("subscribers", "state")).containsExactly("complained");
        assertThat(answer.each("subscribers", "first_name")).containsExactly("Gone");
    }

    @Test
    void a_suppressed_address_does_not_come_back_by_many() {
        server.post("/ext/v1/suppressions", json("{'email_address':'never@example.org'}"));
        var answer = bulk("subscribers", "{'subscribers':[{'email_address':'never@example.org','state':'active'}]}");
        assertThat(answer.each("subscribers", "state")).containsExactly("cancelled");
    }

    @Test
    void addresses_beyond_ASCII_are_compared_without_case_too() {
        var answer = bulk(
                "subscribers",
                "{'subscribers':[{'email_address':'zoé@example.org'},{'email_address':'ZOÉ@example.org'},"
                        + "{'email_address':'a@bücher.example'}]}");
        assertThat(answer.at("/failures")).isEmpty();
        assertThat(subscribers()).isEqualTo(2);
    }

    @Test
    void tags_are_made_or_found_and_blank_names_fail() {
        long tea = server.tag("Tea");
        var answer = bulk("tags", "{'tags':[{'name':'tea'},{'name':' '},{'name':'Cups'},{'name':'CUPS'}]}");

        assertThat(answer.each("tags", "name")).containsExactly("Tea", "Cups", "Cups");
        assertThat(answer.at("/tags/0/id").asLong()).isEqualTo(tea);
        assertThat(answer.at("/failures").toString())
                .isEqualTo("[{\"errors\":[\"Name can't be blank\"],\"tag\":{\"name\":\" \"}}]");
    }

    @Test
    void tags_are_put_on_and_taken_off() {
        long tea = server.tag("Tea");
        var reader = server.subscriber("a@example.org");
        var pairs = "{'taggings':[{'tag_id':%d,'subscriber_id':%d},{'tag_id':%d,'subscriber_id':null},"
                        .formatted(tea, reader.id(), tea)
                + "{'tag_id':null,'subscriber_id':%d},{'tag_id':7,'subscriber_id':9}]}".formatted(reader.id());
        var answer = bulk("tags/subscribers", pairs);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.each("subscribers", "email_address")).containsExactly("a@example.org");
        assertThat(answer.at("/subscribers/0/tagged_at").asText())
                .isEqualTo(server.now().toString());
        assertThat(answer.at("/failures").toString())
                .isEqualTo(json("[{'errors':['Subscriber does not exist'],'tagging':{'tag_id':%1$d,"
                                + "'subscriber_id':null}},{'errors':['Tag does not exist'],'tagging':{'tag_id':null,"
                                + "'subscriber_id':%2$d}},{'errors':['Subscriber does not exist',"
                                + "'Tag does not exist'],'tagging':{'tag_id':7,'subscriber_id':9}}]")
                        .formatted(tea, reader.id()));
        assertThat(server.get("/v4/tags/" + tea + "/subscribers").each("subscribers", "id"))
                .containsExactly("" + reader.id());

        var off = unbulk("tags/subscribers", pairs);
        assertThat(off.status()).isEqualTo(200);
        assertThat(off.at("/failures")).hasSize(3);
        assertThat(server.get("/v4/tags/" + tea + "/subscribers").at("/subscribers"))
                .isEmpty();
    }

    @Test
    void tags_are_deleted_off_everybody_and_sequences_forget_them() {
        long tea = server.tag("Tea");
        server.subscriber("a@example.org").getsTag(tea);
        var sequence = server.sequence("{'exclude_subscriber_sources':[{'type':'tag','ids':[%d]}]}".formatted(tea));
        var answer = unbulk("tags", "{'tags':[{'id':%1$d},{'id':%1$d},{'id':99}]}".formatted(tea));

        assertThat(answer.at("/failures").toString())
                .isEqualTo(json("[{'errors':['Tag does not exist'],'tag':{'id':%d}},"
                                + "{'errors':['Tag does not exist'],'tag':{'id':99}}]")
                        .formatted(tea));
        assertThat(server.get("/v4/tags").at("/tags")).isEmpty();
        assertThat(sequence.show().at("/exclude_subscriber_sources")).isEmpty();
    }

    @Test
    void custom_fields_are_made_and_their_values_set() {
        var answer =
                bulk("custom_fields", "{'custom_fields':[{'label':'Cup size'},{'label':''},{'label':'Cup Size'}]}");
        assertThat(answer.each("custom_fields", "key")).containsExactly("cup_size", "cup_size");
        assertThat(answer.at("/custom_fields/0/created_at").asText()).isNotEmpty();
        assertThat(answer.at("/failures/0/errors/0").asText()).isEqualTo("Label can't be blank");

        long field = answer.at("/custom_fields/0/id").asLong();
        var reader = server.subscriber("a@example.org");
        var values = bulk(
                "custom_fields/subscribers",
                ("{'custom_field_values':["
                                + "{'subscriber_id':%1$d,'subscriber_custom_field_id':%2$d,'value':'small'},"
                                + "{'subscriber_id':%1$d,'subscriber_custom_field_id':%2$d,'value':7},"
                                + "{'subscriber_id':null,'subscriber_custom_field_id':%2$d,'value':'x'},"
                                + "{'subscriber_id':%1$d,'subscriber_custom_field_id':1,'value':'x'},"
                                + "{'subscriber_id':%1$d,'subscriber_custom_field_id':%2$d,'value':null}],"
                                + "'callback_url':null}")
                        .formatted(reader.id(), field));
        assertThat(values.each("custom_field_values", "value")).containsExactly("small", "7");
        var errors = new ArrayList<String>();
        values.at("/failures")
                .forEach(failure -> errors.add(failure.at("/errors/0").asText()));
        assertThat(errors)
                .containsExactly("Value is invalid", "Subscriber does not exist", "Custom field does not exist");
        assertThat(server.get("/v4/subscribers/" + reader.id())
                        .at("/subscriber/fields/cup_size")
                        .asText())
                .isEqualTo("7");
    }

    @Test
    void people_are_added_to_forms_with_where_they_came_from() {
        long form = server.form("Front", "embed");
        var reader = server.subscriber("a@example.org");
        var answer = bulk(
                "forms/subscribers",
                ("{'additions':[{'form_id':%1$d,'subscriber_id':%2$d,'referrer':'https://x.example/?utm_source=y'},"
                                + "{'form_id':%1$d,'subscriber_id':%2$d},{'form_id':null,'subscriber_id':%2$d},"
                                + "{'form_id':%1$d,'subscriber_id':5}]}")
                        .formatted(form, reader.id()));

        assertThat(answer.each("subscribers", "referrer"))
                .containsExactly("https://x.example/?utm_source=y", "https://x.example/?utm_source=y");
        assertThat(answer.at("/subscribers/0/referrer_utm_parameters/source").asText())
                .isEqualTo("y");
        assertThat(answer.at("/failures/0/subscription/referrer").isNull()).isTrue();
        assertThat(server.get("/v4/subscribers?include=attribution")
                        .at("/subscribers/0/attribution/source_name")
                        .asText())
                .isEqualTo("Front");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    POST   | subscribers               | subscribers         | subscribers
                    POST   | tags                      | tags                | tags
                    DELETE | tags                      | tags                | tags
                    POST   | tags/subscribers          | taggings            | taggings
                    DELETE | tags/subscribers          | taggings            | taggings
                    POST   | custom_fields             | custom_fields       | custom fields
                    POST   | custom_fields/subscribers | custom_field_values | custom field values
                    POST   | forms/subscribers         | additions           | additions
                    """)
    void nothing_to_do_is_refused_and_so_is_a_key(String verb, String path, String plural, String words) {
        for (var body : List.of("{}", "{'%s':[]}", "{'%s':'x'}", "{'%s':[{}]}", "{'%s':{}}")) {
            var answer = server.send(verb, "/v4/bulk/" + path, json(body.formatted(plural)));
            assertThat(answer.status()).as(body).isEqualTo(422);
            assertThat(answer.errors()).as(body).containsExactly("No " + words + " included for processing");
        }
        assertThat(server.send(verb, "/v4/bulk/" + path, json("{'%s':[1]}".formatted(plural)))
                        .errors())
                .containsExactly(plural + " must be an array of objects");
        server.useKey(server.stranger());
        assertThat(server.send(verb, "/v4/bulk/" + path, "{}").status()).isEqualTo(401);
    }

    // Later

    @Test
    void more_are_done_later_in_steps_that_can_be_watched() {
        var answer = bulk("subscribers", people(0, 2_500, ""));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.raw().body()).isEqualTo("{}");
        assertThat(job().at("/bulk_job/status").asText()).isEqualTo("waiting");
        assertThat(server.get("/ext/v1/status").at("/bulk").toString()).isEqualTo("{\"jobs\":1,\"items\":2500}");
        assertThat(subscribers()).isZero();

        server.settle();

        assertThat(subscribers()).isEqualTo(2_500);
        assertThat(job().at("/bulk_job/status").asText()).isEqualTo("done");
        assertThat(job().at("/bulk_job/done").asInt()).isEqualTo(2_500);
        assertThat(server.get("/ext/v1/status").at("/bulk/items").asInt()).isZero();
    }

    @Test
    void requests_are_done_in_the_order_in_which_they_came() {
        bulk("subscribers", people(0, 101, ""));
        bulk("subscribers", people(0, 101, "").replace("\"R", "\"Reader "));
        server.settle();

        assertThat(server.get("/v4/subscribers?email_address=r7@example.org").each("subscribers", "first_name"))
                .containsExactly("Reader 7");
    }

    @Test
    void a_callback_is_told_what_the_answer_would_have_been() {
        receiver.forget();
        var atOnce = bulk("subscribers", people(0, 3, ""));
        var body = people(0, 2_101, ",\"callback_url\":\"" + receiver.url() + "\"")
                .replace("\"r7@", "\"r 7@")
                .replace("\"r2000@", "\"\\ud83c\\udf75\\u00e9@\\u0000");
        assertThat(bulk("subscribers", body).status()).isEqualTo(202);
        server.settle();

        assertThat(receiver.received()).hasSize(1);
        var told = receiver.last().json();
        assertThat(told.path("subscribers")).hasSize(2_099);
        assertThat(told.path("subscribers").get(0)).isEqualTo(atOnce.at("/subscribers/0"));
        assertThat(told.path("failures")).hasSize(2);
        assertThat(told.at("/failures/0/subscriber/email_address").asText()).isEqualTo("r 7@example.org");
        assertThat(job().at("/bulk_job/callback/status").asText()).isEqualTo("delivered");
        assertThat(job().at("/bulk_job/failures")).hasSize(2);
        server.advance(Duration.ofHours(1));
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void a_callback_without_results_tells_the_failures() {
        receiver.forget();
        var nobodys = java.util.Collections.nCopies(150, Map.of("id", 1));
        unbulk("tags", text(Map.of("tags", nobodys, "callback_url", receiver.url())));
        server.settle();

        assertThat(receiver.last().json().path("failures")).hasSize(150);
        assertThat(receiver.last().json()).hasSize(1);
    }

    @Test
    void a_callback_is_tried_three_times() {
        receiver.forget();
        receiver.then(FakeReceiver.status(500), FakeReceiver.status(302, "Location: /x"), FakeReceiver.status(503));
        bulk("tags", tags(101, receiver.url()));
        server.settle();
        assertThat(receiver.received()).hasSize(1);
        assertThat(job().at("/bulk_job/callback").toString())
                .isEqualTo(json("{'url':'%s','status':'waiting','attempts':1,'error':'answered 500'}")
                        .formatted(receiver.url()));

        server.advance(Duration.ofHours(1));
        assertThat(receiver.received()).hasSize(3);
        assertThat(job().at("/bulk_job/callback/status").asText()).isEqualTo("failed");
        server.advance(Duration.ofHours(1));
        assertThat(receiver.received()).hasSize(3);
    }

    private static String tags(int count, String callbackUrl) {
        return text(Map.of(
                "tags",
                IntStream.range(0, count).mapToObj(i -> Map.of("name", "t" + i)).toList(),
                "callback_url",
                callbackUrl));
    }

    @Test
    void a_callback_goes_to_no_private_network() {
        for (var url : List.of("http://10.0.0.1/", "file:///etc/passwd", "http://a@x.example/")) {
            var answer = bulk("tags", tags(101, url));
            assertThat(answer.status()).as(url).isEqualTo(422);
            assertThat(answer.errors().getFirst()).startsWith("callback_url must");
        }
    }

    @Test
    void webhooks_hear_of_each_as_of_a_single_call() {
        receiver.forget();
        server.post(
                "/v4/webhook_endpoints",
                text(Map.of(
                        "url",
                        receiver.url(),
                        "events",
                        List.of(
                                "subscriber.created",
                                "subscriber.tag_added",
                                "subscriber.subscribed_to_form",
                                "subscriber.custom_field_value_updated",
                                "tag.deleted"))));
        bulk("subscribers", people(0, 150, ""));
        server.settle();
        bulk("subscribers", people(0, 150, ""));
        server.settle();
        long tag = server.tag("Tea");
        long form = server.form("Front", "embed");
        long field = server.field("Cup");
        var id = server.get("/v4/subscribers").at("/subscribers/0/id").asLong();
        bulk(
                "tags/subscribers",
                "{'taggings':[{'tag_id':%1$d,'subscriber_id':%2$d},{'tag_id':%1$d,'subscriber_id':%2$d}]}"
                        .formatted(tag, id));
        bulk("forms/subscribers", "{'additions':[{'form_id':%d,'subscriber_id':%d}]}".formatted(form, id));
        bulk(
                "custom_fields/subscribers",
                ("{'custom_field_values':[{'subscriber_id':%d,'subscriber_custom_field_id':%d,'value':'x'}],"
                                + "'callback_url':null}")
                        .formatted(id, field));
        unbulk("tags", "{'tags':[{'id':%d}]}".formatted(tag));
        server.settle();

        var types = new ArrayList<String>();
        receiver.received()
                .forEach(received -> received.json()
                        .path("events")
                        .forEach(event -> types.add(event.path("type").asText())));
        assertThat(types).filteredOn("subscriber.created"::equals).hasSize(150);
        assertThat(types)
                .filteredOn(type -> !type.equals("subscriber.created"))
                .containsExactlyInAnyOrder(
                        "subscriber.tag_added",
                        "subscriber.subscribed_to_form",
                        "subscriber.custom_field_value_updated",
                        "tag.deleted");
    }

    // Bounds

    @Test
    void a_body_that_is_not_JSON_is_refused_whole() {
        for (var body : List.of(
                "[1]",
                "{'tags':[{'name':'a'},",
                "{'tags':[{'name':'a'}]} x",
                "{'tags':[{'name':'a','name':'b'}]}",
                "{'tags':[" + "[".repeat(100))) {
            assertThat(bulk("tags", body).status()).as(body).isEqualTo(400);
        }
        var overlong = "{\"tags\":[{\"name\":\"\u00c0\u00af\"}]}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(server.send("POST", "/v4/bulk/tags", overlong, Map.of("Authorization", "Bearer " + server.token()))
                        .status())
                .isEqualTo(400);
        assertThat(server.get("/v4/tags").at("/tags")).isEmpty();
    }

    @Test
    void more_than_25_megabytes_are_refused() {
        var body = "{\"tags\":[{\"name\":\"" + "x".repeat(25_000_000) + "\"}]}";
        assertThat(bulk("tags", body).status()).isEqualTo(413);
    }
}
