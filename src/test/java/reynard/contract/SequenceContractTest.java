package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.SEQUENCE;
import static reynard.contract.Shape.SUBSCRIBER;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SequenceContractTest {
    private static final String ONE = "{'sequence':{" + SEQUENCE + "}}";
    private static final String MEMBER = SUBSCRIBER + ",'added_at':'instant'";

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

    private String author() {
        return server.get("/v4/account").at("/account/primary_email_address").asText();
    }

    private long template() {
        return server.get("/v4/email_templates").at("/email_templates/0/id").asLong();
    }

    @Test
    void a_sequence_needs_a_name_only_and_takes_the_rest_from_the_account() {
        var created = server.post("/v4/sequences", json("{'name':' Welcome '}"));

        assertShape(created, 201, ONE);
        assertThat(created.at("/sequence"))
                .hasToString(json("{'id':" + created.at("/sequence/id") + """
                ,'name':'Welcome','hold':false,'repeat':false,'created_at':'NOW','updated_at':'NOW',\
                'email_address':null,'email_template_id':null,\
                'send_days':['monday','tuesday','wednesday','thursday','friday','saturday','sunday'],\
                'send_hour':9,'time_zone':'Etc/UTC','active':true,'exclude_subscriber_sources':[],\
                'email_count':0,'subscriber_count':0}""".replace("NOW", now)));
    }

    @Test
    void everything_that_is_sent_comes_back_with_days_in_order_and_exclusions_by_type() {
        long first = server.tag("A");
        long second = server.tag("B");
        long other = server.sequence().id();

        var created = server.post("/v4/sequences", json("""
                {'name':'Full','email_address':'%s','email_template_id':%d,
                 'send_days':['friday','monday','monday'],'send_hour':0,'time_zone':'America/Los_Angeles',
                 'active':false,'repeat':true,'hold':true,
                 'exclude_subscriber_sources':[{'type':'tag','ids':[%d]},{'type':'sequence','ids':[%d]},
                   {'type':'tag','ids':[%d,%d]}]}""".formatted(
                        author().toUpperCase(Locale.ROOT), template(), second, other, first, second)));

        assertShape(created, 201, ONE);
        assertThat(created.at("/sequence/send_days")).hasToString(json("['monday','friday']"));
        assertThat(created.at("/sequence/email_address").asText()).isEqualTo(author());
        assertThat(created.at("/sequence/email_template_id").asLong()).isEqualTo(template());
        assertThat(created.at("/sequence/exclude_subscriber_sources"))
                .hasToString(json("[{'type':'sequence','ids':[%d]},{'type':'tag','ids':[%d,%d]}]"
                        .formatted(other, first, second)));
        assertThat(server.get("/v4/sequences/" + created.at("/sequence/id")).body())
                .isEqualTo(created.body());
    }

    @Test
    void sequences_are_listed_newest_first_with_their_counts() {
        server.sequence();
        var sequence = server.sequence(immediate("Hello"), days("Draft", 2).draft());
        server.subscriber("a@example.org", sequence);
        server.subscriber("b@example.org", sequence).unsubscribes();

        var list = server.get("/v4/sequences");

        assertShape(list, 200, "{'sequences':[{" + SEQUENCE + "}]," + PAGINATION + "}");
        assertThat(list.at("/sequences/0/id").asLong()).isEqualTo(sequence.id());
        assertThat(list.at("/sequences/0/email_count").asLong()).isEqualTo(2);
        assertThat(list.at("/sequences/0/subscriber_count").asLong()).isEqualTo(1);
        assertThat(list.at("/sequences/1/email_count").asLong()).isZero();
        assertShape(server.get(sequence.path()), 200, ONE);
    }

    @Test
    void a_deleted_sequence_is_204_and_then_gone_from_every_path() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("a@example.org");

        assertThat(server.delete(sequence.path()).status()).isEqualTo(204);

        assertError(server.delete(sequence.path()), 404, "Not Found");
        assertError(server.get(sequence.path()), 404, "Not Found");
        assertError(server.put(sequence.path(), "{}"), 404, "Not Found");
        assertError(server.get(sequence.path() + "/subscribers"), 404, "Not Found");
        assertError(server.post(sequence.path() + "/subscribers/" + reader.id(), "{}"), 404, "Not Found");
        assertError(server.get(sequence.path() + "/emails"), 404, "Not Found");
        assertError(server.get(sequence.path() + "/emails/" + sequence.email("Hello")), 404, "Not Found");
        assertThat(server.get("/v4/sequences").body().get("sequences")).isEmpty();
    }

    /// Each field with a value it can be changed to.
    private Map<String, String> changes() {
        var changes = new LinkedHashMap<String, String>();
        changes.put("name", "'New'");
        changes.put("email_address", "'" + author() + "'");
        changes.put("email_template_id", String.valueOf(template()));
        changes.put("send_days", "['tuesday']");
        changes.put("send_hour", "14");
        changes.put("time_zone", "'Asia/Kolkata'");
        changes.put("active", "false");
        changes.put("repeat", "true");
        changes.put("hold", "true");
        changes.put("exclude_subscriber_sources", "[{'type':'tag','ids':[" + server.tag("VIP") + "]}]");
        return changes;
    }

    @Test
    void each_field_of_an_update_changes_itself_and_nothing_else() {
        var sequence = server.sequence();
        changes().forEach((field, value) -> {
            var before = sequence.show();
            server.advance(Duration.ofMinutes(1));

            var after = server.put(sequence.path(), json("{'" + field + "':" + value + "}"));

            assertShape(after, 200, ONE);
            assertThat(after.at("/sequence/" + field)).as(field).isNotEqualTo(before.get(field));
            assertThat(after.at("/sequence/updated_at").asText())
                    .isGreaterThan(before.get("updated_at").asText());
            assertThat(without(after.at("/sequence"), field, "updated_at"))
                    .isEqualTo(without(before, field, "updated_at", "stats"));
            assertThat(without(sequence.show(), "stats")).isEqualTo(after.at("/sequence"));
        });
        assertThat(without(server.put(sequence.path(), "{}").at("/sequence"), "updated_at"))
                .isEqualTo(without(sequence.show(), "updated_at", "stats"));
    }

    private static JsonNode without(JsonNode object, String... fields) {
        return ((ObjectNode) object.deepCopy()).remove(List.of(fields));
    }

    @Test
    void null_goes_back_to_the_accounts_default_or_is_refused_where_there_is_none() {
        var sequence = server.sequence();
        changes().forEach((field, value) -> {
            server.put(sequence.path(), json("{'" + field + "':" + value + "}"));
            var before = server.get(sequence.path()).body();

            var answer = server.put(sequence.path(), json("{'" + field + "':null}"));

            if (field.equals("email_address") || field.equals("email_template_id")) {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.at("/sequence/" + field).isNull()).isTrue();
            } else {
                assertError(answer, 422, field + (field.equals("name") ? " can't be blank" : " can't be null"));
                assertThat(server.get(sequence.path()).body()).isEqualTo(before);
            }
        });
    }

    @Test
    void null_on_creation_is_not_sent() {
        var created = server.post("/v4/sequences", json("""
                {'name':'S','email_address':null,'email_template_id':null,'send_days':null,'send_hour':null,
                 'time_zone':null,'active':null,'repeat':null,'hold':null,'exclude_subscriber_sources':null}"""));

        assertThat(without(created.at("/sequence"), "id"))
                .isEqualTo(without(
                        server.post("/v4/sequences", json("{'name':'S'}")).at("/sequence"), "id"));
    }

    @Test
    void zero_is_no_template_and_ids_may_be_texts() {
        var sequence = server.sequence("{'email_template_id':'" + template() + "'}");

        assertThat(sequence.show().get("email_template_id").asLong()).isEqualTo(template());
        assertThat(sequence.change("{'email_template_id':0}")
                        .get("email_template_id")
                        .isNull())
                .isTrue();
        assertThat(sequence.change("{'email_template_id':'0'}")
                        .get("email_template_id")
                        .isNull())
                .isTrue();
    }

    @Test
    void empty_days_and_exclusions_are_accepted() {
        var sequence =
                server.sequence("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + server.tag("A") + "]}]}");

        var changed = sequence.change("{'send_days':[],'exclude_subscriber_sources':[]}");

        assertThat(changed.get("send_days")).isEmpty();
        assertThat(changed.get("exclude_subscriber_sources")).isEmpty();
    }

    @Test
    void every_fault_is_told_at_once_and_nothing_changes() {
        var sequence = server.sequence();
        var before = server.get(sequence.path()).body();
        var faulty = json("""
                {'name':' ','email_address':'who@example.org','email_template_id':999999,'send_days':['Monday'],
                 'send_hour':24,'time_zone':'Mars/Base','active':'yes','repeat':1,'hold':[],
                 'exclude_subscriber_sources':[{'type':'planet','ids':[1]},{'type':'tag','ids':[999999]},
                   {'type':'tag'}]}""");
        var faults = new String[] {
            "name can't be blank",
            "email_address is not a valid sending address",
            "email_template_id not found",
            "send_days must only include: monday, tuesday, wednesday, thursday, friday, saturday, sunday",
            "send_hour must be an integer between 0 and 23",
            "time_zone is not a valid IANA time zone",
            "active must be true or false",
            "repeat must be true or false",
            "hold must be true or false",
            "exclude_subscriber_sources type must be one of: tag, sequence, form, segment",
            "exclude_subscriber_sources ids must be an array of integers",
            "exclude_subscriber_sources tag not found: 999999"
        };

        assertError(server.put(sequence.path(), faulty), 422, faults);
        assertError(server.post("/v4/sequences", faulty), 422, faults);

        assertThat(server.get(sequence.path()).body()).isEqualTo(before);
        assertThat(server.get("/v4/sequences").body().get("sequences")).hasSize(1);
    }

    @Test
    void each_field_refuses_values_of_other_kinds_by_its_name() {
        var sequence = server.sequence();
        var before = server.get(sequence.path()).body();
        var bad = Map.of(
                "name",
                        List.of(
                                "5",
                                "true",
                                "[]",
                                "{}",
                                "''",
                                "'a\\nb'",
                                "'a\\u2028b'",
                                "'a\\u0085b'",
                                "'a\\u0000b'",
                                "'\\udc00'",
                                "'" + "n".repeat(256) + "'"),
                "email_address", List.of("5", "''", "'" + author() + "\\r\\nBcc: v@example.org'", "'x'"),
                "email_template_id", List.of("-1", "1.5", "'x'", "true", "[]", "99999999999999999999"),
                "send_days", List.of("'monday'", "[1]", "{}", "['']", "['funday']", "[null]", "['monday ']"),
                "send_hour", List.of("24", "-1", "'9'", "9.5", "9.0", "1e1000000000", "true", "[9]", "4294967305"),
                "time_zone",
                        List.of(
                                "5",
                                "''",
                                "'UTC+1'",
                                "'../../etc/passwd'",
                                "'america/chicago'",
                                "'" + "z".repeat(101) + "'"),
                "active", List.of("'true'", "1", "0", "'on'"),
                "exclude_subscriber_sources",
                        List.of(
                                "{}",
                                "'tag'",
                                "[1]",
                                "[null]",
                                "[{}]",
                                "[{'type':'tag'}]",
                                "[{'type':5,'ids':[]}]",
                                "[{'type':'tag','ids':5}]",
                                "[{'type':'tag','ids':['x']}]",
                                "[{'type':'tag','ids':[1.5]}]",
                                "[{'type':'form','ids':[-1]}]",
                                "[{'type':'segment','ids':[1]}]"));
        bad.forEach((field, values) -> {
            for (var value : values) {
                var answer = server.put(sequence.path(), json("{'" + field + "':" + value + "}"));
                assertThat(answer.status()).as(field + ":" + value).isEqualTo(422);
                assertThat(answer.errors())
                        .as(field + ":" + value)
                        .isNotEmpty()
                        .allMatch(e -> e.startsWith(field + " "));
            }
        });
        assertThat(server.get(sequence.path()).body()).isEqualTo(before);
    }

    @Test
    void a_name_of_255_characters_is_the_longest() {
        assertThat(server.sequence("{'name':'" + "n".repeat(255) + "'}")
                        .show()
                        .get("name")
                        .asText())
                .hasSize(255);
    }

    @Test
    void thousands_of_exclusions_are_refused_in_a_short_answer() {
        var ids = "1,".repeat(200_000) + "1";
        var many = "{'name':'S','exclude_subscriber_sources':[" + "{},".repeat(200_000) + "{}]}";
        var numbers = java.util.stream.IntStream.range(100_000, 102_000)
                .mapToObj(String::valueOf)
                .collect(java.util.stream.Collectors.joining(","));

        for (var body : List.of(
                many,
                "{'name':'S','exclude_subscriber_sources':[{'type':'tag','ids':[" + numbers + "]}]}",
                "{'name':'S','exclude_subscriber_sources':[{'type':'tag','ids':[" + ids + "]}]}")) {
            var answer = server.post("/v4/sequences", json(body));
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.errors()).hasSizeBetween(1, 100);
        }
    }

    @Test
    void enrolling_is_201_and_again_200_with_the_first_time() {
        var sequence = server.sequence();
        var reader = server.subscriber("alice@example.org");

        var first = server.post(sequence.path() + "/subscribers", json("{'email_address':'ALICE@example.org'}"));
        server.advance(Duration.ofHours(1));
        var byId = server.post(sequence.path() + "/subscribers/" + reader.id(), "[]");
        var other = server.post(
                sequence.path() + "/subscribers/"
                        + server.subscriber("b@example.org").id(),
                "");

        assertShape(first, 201, "{'subscriber':{" + MEMBER + "}}");
        assertThat(first.at("/subscriber/added_at").asText()).isEqualTo(now);
        assertShape(byId, 200, "{'subscriber':{" + MEMBER + "}}");
        assertThat(byId.body()).isEqualTo(first.body());
        assertShape(other, 201, "{'subscriber':{" + MEMBER + "}}");
        var list = server.get(sequence.path() + "/subscribers");
        assertShape(list, 200, "{'subscribers':[{" + MEMBER + "}]," + PAGINATION + "}");
        assertThat(list.each("subscribers", "email_address")).containsExactly("b@example.org", "alice@example.org");
    }

    @Test
    void only_existing_subscribers_enter_and_only_an_active_sequence() {
        var sequence = server.sequence();
        var reader = server.subscriber("a@example.org");

        assertError(
                server.post(sequence.path() + "/subscribers", json("{'email_address':'x@example.org'}")),
                404,
                "Not Found");
        assertError(server.post(sequence.path() + "/subscribers/999999", "{}"), 404, "Not Found");
        assertError(server.post("/v4/sequences/999999/subscribers/" + reader.id(), "{}"), 404, "Not Found");
        assertError(server.post("/v4/sequences/999999/subscribers", "{}"), 404, "Not Found");
        for (var body : new String[] {"{}", "{'email_address':null}", "{'email_address':''}"}) {
            assertError(
                    server.post(sequence.path() + "/subscribers", json(body)),
                    422,
                    "Either subscriber id or email address is required to add subscriber to sequence");
        }
        assertError(
                server.post(sequence.path() + "/subscribers", json("{'email_address':7}")),
                422,
                "email_address must be a string");
        sequence.change("{'active':false}");
        assertError(server.post(sequence.path() + "/subscribers/" + reader.id(), "{}"), 422, "Sequence is inactive");
        assertError(
                server.post(sequence.path() + "/subscribers", json("{'email_address':'a@example.org'}")),
                422,
                "Sequence is inactive");
        assertThat(server.get("/v4/subscribers?status=all").body().get("subscribers"))
                .hasSize(1);
        assertThat(server.get(sequence.path() + "/subscribers?status=all")
                        .body()
                        .get("subscribers"))
                .isEmpty();
    }

    @Test
    void members_are_filtered_by_state_and_dates() {
        var sequence = server.sequence();
        server.subscriber("left@example.org", sequence).unsubscribes();
        server.advance(Duration.ofDays(2));
        server.subscriber("new@example.org", sequence);
        var next = LocalDate.parse(now.substring(0, 10)).plusDays(1);

        assertThat(members(sequence, "")).containsExactly("new@example.org");
        assertThat(members(sequence, "status=cancelled")).containsExactly("left@example.org");
        assertThat(members(sequence, "status=all")).hasSize(2);
        assertThat(members(sequence, "status=all&added_after=" + next)).containsExactly("new@example.org");
        assertThat(members(sequence, "status=all&added_before=" + next + "T00:00:00Z"))
                .containsExactly("left@example.org");
        assertThat(members(sequence, "status=all&created_before=" + next + "&added_after=&created_after="))
                .containsExactly("left@example.org");
        assertThat(server.get(sequence.path() + "/subscribers?status=gone").status())
                .isEqualTo(422);
    }

    private List<String> members(TestServer.Sequence sequence, String query) {
        return server.get(sequence.path() + "/subscribers?" + query).each("subscribers", "email_address");
    }
}
