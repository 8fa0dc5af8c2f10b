package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.EMAIL;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SequenceEmailContractTest {
    private static final String ONE = "{'email':{" + EMAIL + ",'content':'text?'}}";
    private static final String ALL_DAYS = "['monday','tuesday','wednesday','thursday','friday','saturday','sunday']";
    private static final String VALID = "'subject':'Hello','delay_value':1,'delay_unit':'days'";

    private final TestServer server = TestServer.start();

    private TestServer.Sequence sequence = server.sequence();
    private String path = "";

    @AfterAll
    void stop() {
        server.close();
    }

    /// Each test has an account of its own.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
        sequence = server.sequence();
        path = sequence.path() + "/emails";
    }

    private Answer create(String fields) {
        return server.post(path, json("{" + fields + "}"));
    }

    private Answer update(long id, String fields) {
        return server.put(path + "/" + id, json("{" + fields + "}"));
    }

    private String author() {
        return server.get("/v4/account").at("/account/primary_email_address").asText();
    }

    private long template() {
        return server.get("/v4/email_templates").at("/email_templates/0/id").asLong();
    }

    @Test
    void an_email_is_a_draft_at_the_end_unless_it_says_otherwise() {
        var created = create(VALID + ",'preview_text':null,'content':null,'email_template_id':null,'published':null,"
                + "'send_days':null,'position':null");

        assertShape(created, 201, ONE);
        assertThat(created.at("/email"))
                .hasToString(json("{'id':" + created.at("/email/id") + ",'sequence_id':"
                                + sequence.id() + """
                ,'subject':'Hello','preview_text':null,'email_address':'AUTHOR',\
                'email_template_id':null,'published':false,'position':0,'delay_value':1,'delay_unit':'days',\
                'send_days':""" + ALL_DAYS + ",'content':null}")
                        .replace("AUTHOR", author()));
        assertThat(create(VALID).at("/email/position").asInt()).isEqualTo(1);
    }

    @Test
    void everything_that_is_sent_comes_back() {
        var created =
                create("'subject':'Grüße 🦊','preview_text':'Look','content':'<p>{{ subscriber.first_name }}</p>',"
                        + "'delay_value':3,'delay_unit':'days','send_days':['friday','monday'],'published':true,'position':7,"
                        + "'email_template_id':'" + template() + "'");

        assertShape(created, 201, ONE);
        assertThat(created.at("/email/subject").asText()).isEqualTo("Grüße 🦊");
        assertThat(created.at("/email/send_days")).hasToString(json("['monday','friday']"));
        assertThat(created.at("/email/position").asInt()).isEqualTo(7);
        assertThat(created.at("/email/email_template_id").asLong()).isEqualTo(template());
        assertThat(server.get(path + "/" + created.at("/email/id")).body()).isEqualTo(created.body());
        assertThat(create(VALID).at("/email/position").asInt()).isEqualTo(8);
    }

    @Test
    void emails_are_listed_by_position_with_content_when_asked() {
        create(VALID + ",'position':4");
        create("'subject':'First','delay_value':0,'delay_unit':'days','position':2");

        assertShape(server.get(path), 200, "{'emails':[{" + EMAIL + "}]," + PAGINATION + "}");
        var list = server.get(path + "?include_content=true");
        assertShape(list, 200, "{'emails':[{" + EMAIL + ",'content':'text?'}]," + PAGINATION + "}");
        assertThat(list.each("emails", "position")).containsExactly("2", "4");
    }

    @Test
    void the_sending_address_of_an_email_is_the_sequences_or_the_default() {
        long id = sequence.add(immediate("Hello"));

        assertThat(update(id, "'email_address':'other@example.com'")
                        .at("/email/email_address")
                        .asText())
                .isEqualTo(author());
    }

    @Test
    void subject_delay_and_unit_are_required() {
        assertError(
                create(""),
                422,
                "subject can't be blank",
                "delay_unit must be one of: days, hours",
                "delay_value can't be blank");
        assertError(
                create("'subject':null,'delay_value':null,'delay_unit':null"),
                422,
                "subject can't be blank",
                "delay_unit must be one of: days, hours",
                "delay_value can't be blank");
        assertError(create("'subject':'  ','delay_value':1,'delay_unit':'days'"), 422, "subject can't be blank");
        assertThat(server.get(path).body().get("emails")).isEmpty();
    }

    @Test
    void zero_days_is_for_the_first_email_only_and_zero_hours_for_none() {
        assertError(
                create("'subject':'H','delay_value':0,'delay_unit':'hours'"),
                422,
                "delay_value must be greater than 0");
        assertThat(create("'subject':'H','delay_value':0,'delay_unit':'days','position':5")
                        .status())
                .isEqualTo(201);
        assertError(
                create("'subject':'H','delay_value':0,'delay_unit':'days'"), 422, "delay_value must be greater than 0");
        assertThat(create("'subject':'H','delay_value':0,'delay_unit':'days','position':3")
                        .status())
                .isEqualTo(201);
        long later = create(VALID).at("/email/id").asLong();
        assertError(update(later, "'delay_value':0"), 422, "delay_value must be greater than 0");
        assertError(update(later, "'delay_value':-1"), 422, "delay_value must be greater than 0");
    }

    @Test
    void an_immediate_email_that_another_was_put_before_can_still_be_edited() {
        long first = sequence.add(immediate("Hello").at(5));
        sequence.add(immediate("Before").at(1));

        assertThat(update(first, "'subject':'Hello again'").status()).isEqualTo(200);
        assertError(update(first, "'position':6"), 422, "delay_value must be greater than 0");
    }

    @Test
    void delays_have_a_limit() {
        assertThat(create("'subject':'H','delay_value':3650,'delay_unit':'days'")
                        .status())
                .isEqualTo(201);
        assertThat(create("'subject':'H','delay_value':87600,'delay_unit':'hours'")
                        .status())
                .isEqualTo(201);
        assertError(
                create("'subject':'H','delay_value':3651,'delay_unit':'days'"),
                422,
                "delay_value must be at most 3650 days");
        assertError(
                create("'subject':'H','delay_value':87601,'delay_unit':'hours'"),
                422,
                "delay_value must be at most 87600 hours");
    }

    @Test
    void a_taken_position_is_refused_and_nothing_is_shifted() {
        sequence.add(immediate("A"));
        long b = sequence.add(days("B", 1).at(3));

        assertError(create(VALID + ",'position':3"), 422, "position has already been taken");
        assertError(update(b, "'position':0"), 422, "position has already been taken");
        assertThat(update(b, "'position':3").status()).isEqualTo(200);
        assertThat(update(b, "'position':null").at("/email/position").asInt()).isEqualTo(3);
        sequence.deleteEmail("A");
        assertThat(server.get(path).each("emails", "position")).containsExactly("3");
        assertThat(update(b, "'position':0").at("/email/position").asInt()).isZero();
    }

    @Test
    void own_days_are_for_delays_in_days_and_all_seven_say_nothing() {
        var narrow =
                server.sequence("{'send_days':['monday']}", days("Hello", 1).on("friday"), hours("Soon", 2));

        assertThat(narrow.changeEmail("Hello", "{'send_days':" + ALL_DAYS + "}").get("send_days"))
                .hasToString(json(ALL_DAYS));
        assertThat(narrow.changeEmail("Hello", "{'send_days':['friday']}").get("send_days"))
                .hasToString(json("['friday']"));
        assertThat(narrow.changeEmail("Hello", "{'send_days':null}").get("send_days"))
                .hasToString(json(ALL_DAYS));
        var hourly = narrow.path() + "/emails/" + narrow.email("Soon");
        assertThat(server.get(hourly).at("/email/send_days").isNull()).isTrue();
        assertError(
                server.put(hourly, json("{'send_days':['monday']}")),
                422,
                "send_days can only be set when delay_unit is days");
        assertThat(server.put(hourly, json("{'send_days':null}")).status()).isEqualTo(200);
        assertThat(server.put(hourly, json("{'delay_unit':'days','send_days':['monday']}"))
                        .at("/email/send_days"))
                .hasToString(json("['monday']"));
        assertThat(server.put(hourly, json("{'delay_unit':'hours'}"))
                        .at("/email/send_days")
                        .isNull())
                .isTrue();
        assertThat(server.put(hourly, json("{'delay_unit':'days'}")).at("/email/send_days"))
                .hasToString(json(ALL_DAYS));
    }

    @Test
    void all_seven_days_and_null_send_at_the_same_time() {
        var narrow = server.sequence(
                "{'send_days':['wednesday'],'time_zone':'Etc/UTC','send_hour':9}",
                days("All", 1).on("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"));
        server.advanceTo("2026-06-01T12:00:00Z");
        var reader = server.subscriber("all@example.org", narrow);

        server.advance(java.time.Duration.ofDays(7));

        assertThat(reader.mail()).hasToString("[All @ 2026-06-03T09:00:00Z]");
    }

    @Test
    void each_field_of_an_update_changes_itself_and_nothing_else() {
        sequence.add(immediate("First"));
        long id = sequence.add(days("Hello", 2).saying("<p>x</p>"));
        var changes = new LinkedHashMap<String, String>();
        changes.put("subject", "'New'");
        changes.put("preview_text", "'Peek'");
        changes.put("content", "'<p>y</p>'");
        changes.put("delay_value", "3");
        changes.put("send_days", "['sunday']");
        changes.put("email_template_id", String.valueOf(template()));
        changes.put("published", "false");
        changes.put("position", "9");
        changes.forEach((field, value) -> {
            var before = server.get(path + "/" + id).at("/email");

            var after = update(id, "'" + field + "':" + value);

            assertShape(after, 200, ONE);
            assertThat(after.at("/email/" + field)).as(field).isNotEqualTo(before.get(field));
            assertThat(without(after.at("/email"), field)).isEqualTo(without(before, field));
            assertThat(server.get(path + "/" + id).body()).isEqualTo(after.body());
        });
        var unchanged = server.get(path + "/" + id).body();
        assertThat(update(id, "").body()).isEqualTo(unchanged);
        for (var nullable : List.of("preview_text", "content", "email_template_id")) {
            assertThat(update(id, "'" + nullable + "':null")
                            .at("/email/" + nullable)
                            .isNull())
                    .isTrue();
        }
        assertError(update(id, "'subject':null"), 422, "subject can't be blank");
        assertError(
                update(id, "'delay_value':null,'delay_unit':null"),
                422,
                "delay_unit must be one of: days, hours",
                "delay_value can't be blank");
    }

    private static JsonNode without(JsonNode object, String field) {
        return ((ObjectNode) object.deepCopy()).without(field);
    }

    @Test
    void each_field_refuses_values_of_other_kinds_by_its_name() {
        long id = sequence.add(days("Hello", 2));
        var before = server.get(path + "/" + id).body();
        var bad = Map.of(
                "subject",
                        List.of(
                                "5",
                                "[]",
                                "''",
                                "'a\\r\\nBcc: v@example.org'",
                                "'a\\nb'",
                                "'a\\u000bb'",
                                "'a\\u0085b'",
                                "'a\\u2028b'",
                                "'a\\u0000b'",
                                "'\\ud83e'",
                                "'" + "s".repeat(999) + "'"),
                "preview_text", List.of("5", "'a\\nb'", "'" + "s".repeat(999) + "'"),
                "content", List.of("5", "[]", "'\\u0000'", "'\\udc00x'", "'" + "c".repeat(512_001) + "'"),
                "delay_value", List.of("'2'", "2.0", "2.5", "true", "[]", "99999999999999999999", "-3"),
                "delay_unit", List.of("'weeks'", "'Days'", "5", "''"),
                "send_days", List.of("'monday'", "['someday']", "[1]", "{}"),
                "email_template_id", List.of("999999", "-1", "'x'", "1.5"),
                "published", List.of("'true'", "1", "0"),
                "position", List.of("-1", "'0'", "1.5", "2147483648", "99999999999999999999"));
        bad.forEach((field, values) -> {
            for (var value : values) {
                var answer = update(id, "'" + field + "':" + value);
                assertThat(answer.status()).as(field + ":" + value).isEqualTo(422);
                assertThat(answer.errors()).as(field + ":" + value).hasSize(1).allMatch(e -> e.startsWith(field + " "));
            }
        });
        assertThat(server.get(path + "/" + id).body()).isEqualTo(before);
    }

    @Test
    void long_subjects_and_contents_are_kept_whole() {
        var created = create("'subject':'" + "s".repeat(998) + "','content':'" + "c".repeat(500_000)
                + "','delay_value':1,'delay_unit':'days'");

        assertShape(created, 201, ONE);
        assertThat(created.at("/email/subject").asText()).hasSize(998);
        assertThat(server.get(path + "/" + created.at("/email/id"))
                        .at("/email/content")
                        .asText())
                .hasSize(500_000);
    }

    @Test
    void zero_and_null_are_no_template_of_its_own() {
        long id = sequence.add(immediate("Hello"));
        for (var none : List.of("0", "null", "'0'")) {
            update(id, "'email_template_id':" + template());
            assertThat(update(id, "'email_template_id':" + none)
                            .at("/email/email_template_id")
                            .isNull())
                    .isTrue();
        }
    }

    @Test
    void a_deleted_email_is_204_and_then_gone() {
        long id = sequence.add(immediate("Hello"));
        var other = server.sequence();

        assertError(server.get(other.path() + "/emails/" + id), 404, "Not Found");
        assertError(server.delete(other.path() + "/emails/" + id), 404, "Not Found");
        assertThat(server.delete(path + "/" + id).status()).isEqualTo(204);
        assertError(server.get(path + "/" + id), 404, "Not Found");
        assertError(update(id, "'subject':'x'"), 404, "Not Found");
        assertError(server.delete(path + "/" + id), 404, "Not Found");
        assertThat(sequence.show().get("email_count").asInt()).isZero();
    }
}
