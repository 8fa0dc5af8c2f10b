package reynard.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import reynard.testing.ApiDocument;

/// Values made from the schemas of our document: as they are described, and broken in some place.
final class Generator {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> WORDS = List.of(
            "tea",
            "",
            " ",
            "Größe 🦊",
            "{{ subscriber.first_name }}",
            "{% if x",
            "'; drop table tag; --",
            "a\r\nBcc: v@example.org",
            "\u0000",
            "\ud800",
            "<script>alert(1)</script>",
            "2026-02-30",
            "9999-12-31T23:59:59Z",
            "0000-01-01",
            "\u0085\u2028",
            "%0d%0a");
    private static final List<JsonNode> HOSTILE = List.of(
            JSON.nullNode(),
            JSON.booleanNode(true),
            JSON.numberNode(0),
            JSON.numberNode(-1),
            JSON.numberNode(Long.MAX_VALUE),
            JSON.numberNode(new BigDecimal("9223372036854775808")),
            JSON.numberNode(new BigDecimal("1e400")),
            JSON.numberNode(new BigDecimal("0.1")),
            JSON.textNode(""),
            JSON.textNode("\u0000"),
            JSON.textNode("\ud800"),
            JSON.textNode("x".repeat(5_000)),
            JSON.arrayNode(),
            JSON.arrayNode().add(JSON.nullNode()),
            JSON.arrayNode().add(JSON.arrayNode()),
            JSON.objectNode(),
            JSON.objectNode().put("", ""));

    private final SplittableRandom random;
    private final Belongings belongings;

    /// @param belongings whose ids are the likely ones
    Generator(SplittableRandom random, Belongings belongings) {
        this.random = random;
        this.belongings = belongings;
    }

    /// A value that the schema allows.
    JsonNode valid(JsonNode schema) {
        return value(schema, "");
    }

    private JsonNode value(JsonNode written, String name) {
        var schema = ApiDocument.OURS.resolved(written);
        if (schema.has("oneOf")) {
            return value(any(schema.get("oneOf")), name);
        }
        if (schema.has("enum")) {
            return any(schema.get("enum"));
        }
        if (schema.has("examples") && chance(60)) {
            return any(schema.get("examples"));
        }
        var type = schema.path("type").isArray()
                ? any(schema.get("type")).asText()
                : schema.path("type").asText();
        return switch (type) {
            case "object" -> object(schema);
            case "array" -> array(schema, name);
            case "integer" -> integer(schema, name);
            case "number" -> JSON.numberNode(number(schema));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "null" -> JSON.nullNode();
            default -> JSON.textNode(text(schema, name));
        };
    }

    private ObjectNode object(JsonNode schema) {
        var required = new ArrayList<String>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        var object = JSON.objectNode();
        for (var property : schema.path("properties").properties()) {
            if (required.contains(property.getKey()) || chance(50)) {
                object.set(property.getKey(), value(property.getValue(), property.getKey()));
            }
        }
        if (schema.path("maxProperties").asInt() == 1 && object.size() != 1) {
            return object.size() > 1 ? object.retain(object.fieldNames().next()) : object;
        }
        if (schema.path("additionalProperties").isObject()) {
            object.set("cup", value(schema.get("additionalProperties"), "cup"));
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, String name) {
        var array = JSON.arrayNode();
        int size = random.nextInt(schema.path("minItems").asInt(), 4);
        for (int n = 0; n < size; n++) {
            array.add(value(schema.path("items"), name));
        }
        return array;
    }

    private JsonNode integer(JsonNode schema, String name) {
        if (name.endsWith("id") || name.endsWith("ids") || name.equals("matching")) {
            var ids = belongings.ids().values();
            return JSON.numberNode(
                    ids.stream().skip(random.nextInt(ids.size())).findFirst().orElseThrow());
        }
        long min = schema.path("minimum").asLong(0);
        long max = Math.max(min, schema.path("maximum").asLong(min + 20));
        return JSON.numberNode(chance(20) ? (random.nextBoolean() ? min : max) : random.nextLong(min, max + 1));
    }

    private double number(JsonNode schema) {
        double min = schema.path("minimum").asDouble(0);
        return min + random.nextDouble() * (schema.path("maximum").asDouble(100) - min);
    }

    private String text(JsonNode schema, String name) {
        if (name.contains("email")) {
            return chance(30) ? belongings.address() : "reader" + random.nextInt(200) + "@example.org";
        }
        var text = chance(70) ? "word " + random.nextInt(1_000) : pick(WORDS);
        int max = schema.path("maxLength").asInt(1_000);
        return chance(3) ? "m".repeat(max) : text;
    }

    /// The same with one place changed to something else.
    JsonNode broken(JsonNode valid) {
        var copy = valid.deepCopy();
        var places = new ArrayList<JsonNode>();
        containers(copy, places);
        if (places.isEmpty()) {
            return hostile();
        }
        switch (places.get(random.nextInt(places.size()))) {
            case ObjectNode object -> breakObject(object);
            case ArrayNode array when array.isEmpty() -> array.add(hostile());
            case ArrayNode array -> array.set(random.nextInt(array.size()), hostile());
            case JsonNode other -> throw new IllegalStateException("not a container: " + other);
        }
        return copy;
    }

    private void breakObject(ObjectNode object) {
        var names = new ArrayList<String>();
        object.fieldNames().forEachRemaining(names::add);
        if (names.isEmpty() || chance(10)) {
            object.set(pick(List.of("account_id", "id", "created_at", "is_admin", "", "x".repeat(900))), hostile());
        } else if (chance(20)) {
            object.remove(pick(names));
        } else {
            object.set(pick(names), hostile());
        }
    }

    private static void containers(JsonNode node, List<JsonNode> found) {
        if (node.isContainerNode()) {
            found.add(node);
        }
        node.forEach(child -> containers(child, found));
    }

    JsonNode hostile() {
        return chance(50) ? pick(HOSTILE) : JSON.textNode(pick(WORDS));
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private JsonNode any(JsonNode array) {
        return array.get(random.nextInt(array.size()));
    }

    long number(long bound) {
        return random.nextLong(bound);
    }
}
