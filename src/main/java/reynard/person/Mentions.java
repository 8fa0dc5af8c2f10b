package reynard.person;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who is meant in JSON: in what was told to other people's servers, and in items of requests for many at once.
final class Mentions {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Mentions() {}

    /// How a person is known in JSON: as `subscriber.id`, or by their address in any text.
    ///
    /// @param inText their address, and not another that ends or begins like it
    record Needles(long subscriber, Pattern inText) {
        Needles(long subscriber, String address) {
            this(
                    subscriber,
                    Pattern.compile(
                            "(?<![\\p{L}\\p{N}._+'-])" + Pattern.quote(address)
                                    + "(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])",
                            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
        }
    }

    static boolean of(String json, Needles needles) {
        return isMeant(parse(json), needles);
    }

    /// The body of a delivery without what is said of the person.
    ///
    /// @return empty when nothing else is said in it
    static Optional<String> without(String json, Needles needles) {
        var body = parse(json);
        if (body.get("events") instanceof ArrayNode events && body instanceof ObjectNode object) {
            var others = JSON.createArrayNode();
            for (var event : events) {
                if (!isMeant(event, needles)) {
                    others.add(event);
                }
            }
            object.set("events", others);
            return others.isEmpty() ? Optional.empty() : Optional.of(object.toString());
        }
        return isMeant(body, needles) ? Optional.empty() : Optional.of(json);
    }

    private static boolean isMeant(JsonNode node, Needles needles) {
        if (node.isTextual()) {
            return needles.inText().matcher(node.textValue()).find();
        }
        // People as answers write them, whatever address they had then.
        if (node.has("email_address") && node.path("id").asLong() == needles.subscriber()) {
            return true;
        }
        for (var field : node.properties()) {
            boolean theirs = field.getKey().equals("subscriber")
                    && field.getValue().path("id").asLong() == needles.subscriber();
            boolean theirId =
                    field.getKey().equals("subscriber_id") && field.getValue().asLong() == needles.subscriber();
            if (theirs || theirId || isMeant(field.getValue(), needles)) {
                return true;
            }
        }
        if (node.isArray()) {
            for (var item : node) {
                if (isMeant(item, needles)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a webhook body is not JSON", e);
        }
    }
}
