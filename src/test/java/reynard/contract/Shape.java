package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import reynard.testing.TestServer;

/// The shape of an answer: its keys, exactly, and the type of each value.
///
/// Written as JSON with single quotes whose values are words: `int`, `text`, `bool`, `instant` (UTC to the second with
/// `Z`), `cursor`, `any`, each with a `?` when it may be null. An array holds the shape of every element; the array
/// itself may be empty.
final class Shape {
    private static final ObjectMapper JSON = new ObjectMapper();

    static final String SUBSCRIBER = "'id':'int','first_name':'text?','email_address':'text','state':'text',"
            + "'created_at':'instant','fields':'any'";
    static final String TAG = "'id':'int','name':'text','created_at':'instant'";
    static final String FIELD = "'id':'int','name':'text','key':'text','label':'text'";
    static final String SEQUENCE = "'id':'int','name':'text','hold':'bool','repeat':'bool','created_at':'instant',"
            + "'updated_at':'instant','email_address':'text?','email_template_id':'int?','send_days':['text'],"
            + "'send_hour':'int','time_zone':'text','active':'bool',"
            + "'exclude_subscriber_sources':[{'type':'text','ids':['int']}],'email_count':'int',"
            + "'subscriber_count':'int'";
    static final String EMAIL = "'id':'int','sequence_id':'int','subject':'text','preview_text':'text?',"
            + "'email_address':'text','email_template_id':'int?','published':'bool','position':'int',"
            + "'delay_value':'int','delay_unit':'text','send_days':['text?']";
    static final String PAGINATION = "'pagination':{'has_previous_page':'bool','has_next_page':'bool',"
            + "'start_cursor':'cursor?','end_cursor':'cursor?','per_page':'int'}";

    private Shape() {}

    static void assertShape(TestServer.Answer answer, int status, String shape) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.raw().headers().firstValue("Content-Type")).hasValue("application/json;charset=utf-8");
        check("", answer.body(), parsed(shape));
    }

    static void assertError(TestServer.Answer answer, int status, String... errors) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertShape(answer, status, "{'errors':['text']}");
        assertThat(answer.errors()).containsExactly(errors);
    }

    private static JsonNode parsed(String shape) {
        try {
            return JSON.readTree(TestServer.json(shape));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(shape, e);
        }
    }

    private static void check(String place, JsonNode value, JsonNode shape) {
        if (shape.isObject()) {
            assertThat(names(value))
                    .as("keys of " + place + " " + value)
                    .containsExactlyInAnyOrderElementsOf(names(shape));
            shape.properties()
                    .forEach(entry -> check(place + "/" + entry.getKey(), value.get(entry.getKey()), entry.getValue()));
        } else if (shape.isArray()) {
            assertThat(value.isArray()).as(place + " is an array: " + value).isTrue();
            value.forEach(item -> check(place + "/-", item, shape.get(0)));
        } else {
            assertThat(fits(value, shape.asText()))
                    .as(place + " is " + shape.asText() + ": " + value)
                    .isTrue();
        }
    }

    private static List<String> names(JsonNode object) {
        var names = new ArrayList<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static boolean fits(JsonNode value, String word) {
        if (word.endsWith("?")) {
            return value.isNull() || fits(value, word.substring(0, word.length() - 1));
        }
        return switch (word) {
            case "int" -> value.isIntegralNumber();
            case "text" -> value.isTextual();
            case "bool" -> value.isBoolean();
            case "null" -> value.isNull();
            case "any" -> true;
            case "instant" -> value.asText().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
            case "cursor" -> value.asText().matches("[A-Za-z0-9+/]+={0,2}");
            default -> throw new IllegalArgumentException(word);
        };
    }
}
