package reynard.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One JSON object of a request, read field by field. Faults are gathered, so that a client learns all of them at once;
/// [#refuseFaults] ends the reading. Fields that nobody reads are ignored, as Kit does.
public final class JsonBody {
    // A client corrects a request by its first faults; thousands would make an answer larger than what was sent.
    private static final int FAULTS_MAX = 100;

    private final JsonNode object;
    private final String prefix;
    private final List<String> faults;

    private JsonBody(JsonNode object) {
        this(object, "", new ArrayList<>());
    }

    /// Nothing at all and an empty array count as an object without fields: clients send them where there is nothing to
    /// say. What is no JSON object ends the request with 400.
    public static JsonBody parse(byte[] bytes) {
        if (bytes.length == 0) {
            return new JsonBody(JsonNodeFactory.instance.objectNode());
        }
        try {
            var node = Json.parse(bytes);
            if (node.isMissingNode() || (node.isArray() && node.isEmpty())) {
                return new JsonBody(JsonNodeFactory.instance.objectNode());
            }
            if (!node.isObject()) {
                throw new Refused(400, "The request body must be a JSON object");
            }
            return new JsonBody(node);
        } catch (Json.Malformed e) {
            throw new Refused(400, "The request body is not valid JSON: " + e.getMessage());
        }
    }

    /// Reads an object whose one array may be long: each of its items is handed on when it is read, as a body with
    /// faults of its own, so that never more than one of them is there as a tree. Other arrays and objects are
    /// skipped.
    ///
    /// @return the object without its arrays and objects
    static JsonBody stream(InputStream utf8, String array, Consumer<JsonBody> each) {
        try (var parser = Json.parser(utf8)) {
            var rest = JsonNodeFactory.instance.objectNode();
            var body = new JsonBody(rest);
            var first = parser.nextToken();
            if (first == null || (first == JsonToken.START_ARRAY && parser.nextToken() == JsonToken.END_ARRAY)) {
                return body;
            }
            if (first != JsonToken.START_OBJECT) {
                throw new Refused(400, "The request body must be a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                var name = parser.currentName();
                var value = parser.nextToken();
                if (value == JsonToken.START_ARRAY && name.equals(array)) {
                    body.handOn(parser, array, each);
                } else if (value.isScalarValue()) {
                    rest.set(name, Json.value(parser));
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new Refused(400, "The request body is not valid JSON: it goes on after its end");
            }
            return body;
        } catch (IOException e) {
            throw new Refused(
                    400,
                    "The request body is not valid JSON: " + Json.malformed(e).getMessage());
        }
    }

    private void handOn(JsonParser parser, String array, Consumer<JsonBody> each) throws IOException {
        boolean objects = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            var item = Json.value(parser);
            if (item.isObject()) {
                each.accept(new JsonBody(item));
            } else {
                objects = false;
            }
        }
        if (!objects) {
            wrong(array, "an array of objects");
        }
    }

    private JsonBody(JsonNode object, String prefix, List<String> faults) {
        this.object = object;
        this.prefix = prefix;
        this.faults = faults;
    }

    public boolean has(String name) {
        return object.has(name);
    }

    public void fault(String sentence) {
        if (faults.size() < FAULTS_MAX) {
            faults.add(sentence);
        }
    }

    /// What was wrong so far.
    public List<String> faults() {
        return List.copyOf(faults);
    }

    public void faults(List<String> sentences) {
        sentences.forEach(this::fault);
    }

    /// @throws InvalidRequest with every fault so far, if there is one
    public void refuseFaults() {
        if (!faults.isEmpty()) {
            throw new InvalidRequest(faults);
        }
    }

    /// A text of at most `charactersMax` UTF-16 units, without NUL and lone surrogates, which PostgreSQL cannot keep.
    public Change<String> text(String name, int charactersMax) {
        return read(
                name,
                node -> node.isTextual() ? checked(name, node.textValue(), charactersMax) : wrong(name, "a string"));
    }

    /// A text on one line: what ends up in a header of an email. Control characters are refused.
    public Change<String> line(String name, int charactersMax) {
        return read(name, node -> {
            if (!node.isTextual()) {
                return wrong(name, "a string");
            }
            if (node.textValue().chars().anyMatch(JsonBody::breaksLine)) {
                return fault(name, "must not contain line breaks or control characters");
            }
            return checked(name, node.textValue(), charactersMax);
        });
    }

    private static boolean breaksLine(int character) {
        return Character.isISOControl(character) || character == 0x2028 || character == 0x2029;
    }

    public Change<Long> integer(String name, long min, long max) {
        return read(name, node -> {
            if (node.isIntegralNumber()
                    && node.canConvertToLong()
                    && node.longValue() >= min
                    && node.longValue() <= max) {
                return Optional.of(node.longValue());
            }
            return fault(name, "must be an integer between " + min + " and " + max);
        });
    }

    /// A number with at most `decimals` digits after the point, or the same as a text.
    public Change<BigDecimal> decimal(String name, BigDecimal min, BigDecimal max, int decimals) {
        return read(name, node -> {
            var number = decimal(node);
            if (number.isPresent()
                    && number.get().compareTo(min) >= 0
                    && number.get().compareTo(max) <= 0
                    && number.get().stripTrailingZeros().scale() <= decimals) {
                return number;
            }
            return fault(
                    name,
                    "must be a number between " + min.toPlainString() + " and " + max.toPlainString() + " with at most "
                            + decimals + " decimals");
        });
    }

    private static Optional<BigDecimal> decimal(JsonNode node) {
        if (node.isNumber() && (!node.isFloatingPointNumber() || Double.isFinite(node.doubleValue()))) {
            return Optional.of(node.decimalValue());
        }
        if (node.isTextual() && node.textValue().matches("-?[0-9]{1,18}(\\.[0-9]{1,18})?")) {
            return Optional.of(new BigDecimal(node.textValue()));
        }
        return Optional.empty();
    }

    /// An id: a positive integer, or the same as a text, which real clients send.
    public Change<Long> id(String name) {
        return read(name, node -> {
            var id = id(node);
            return id.isPresent() ? id : wrong(name, "an id");
        });
    }

    private static Optional<Long> id(JsonNode node) {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return Optional.of(node.longValue());
        }
        if (node.isTextual() && node.textValue().matches("[0-9]{1,18}")) {
            return Optional.of(Long.parseLong(node.textValue()));
        }
        return Optional.empty();
    }

    public Change<Boolean> flag(String name) {
        return read(name, node -> node.isBoolean() ? Optional.of(node.booleanValue()) : wrong(name, "true or false"));
    }

    /// A day or an instant, as in a query ([Request#instant]).
    public Change<Instant> instant(String name) {
        return read(name, node -> {
            var instant = node.isTextual() ? Request.parseInstant(node.textValue()) : Optional.<Instant>empty();
            return instant.isPresent() ? instant : fault(name, "is incorrectly formatted. Use YYYY-MM-DD.");
        });
    }

    public Change<List<String>> texts(String name) {
        return read(name, node -> {
            if (!node.isArray() || !all(node, JsonNode::isTextual)) {
                return wrong(name, "an array of strings");
            }
            var texts = new ArrayList<String>();
            node.forEach(item -> texts.add(item.textValue()));
            if (texts.stream().anyMatch(text -> text.indexOf('\0') >= 0 || hasLoneSurrogate(text))) {
                return fault(name, "must be valid Unicode text without NUL");
            }
            return Optional.of(List.copyOf(texts));
        });
    }

    public Change<List<Long>> ids(String name) {
        return read(name, node -> {
            if (!node.isArray() || !all(node, item -> id(item).isPresent())) {
                return wrong(name, "an array of integers");
            }
            var ids = new ArrayList<Long>();
            node.forEach(item -> ids.add(id(item).orElseThrow()));
            return Optional.of(List.copyOf(ids));
        });
    }

    /// The objects of an array, each a body whose faults are gathered here too.
    public Change<List<JsonBody>> objects(String name) {
        return read(name, node -> {
            if (!node.isArray() || !all(node, JsonNode::isObject)) {
                return wrong(name, "an array of objects");
            }
            var objects = new ArrayList<JsonBody>();
            node.forEach(item -> objects.add(new JsonBody(item, prefix + name + " ", faults)));
            return Optional.of(List.copyOf(objects));
        });
    }

    /// An object; an empty array counts as one without fields, which is how PHP writes it.
    public Change<JsonBody> object(String name) {
        return read(
                name,
                node -> node.isObject() || (node.isArray() && node.isEmpty())
                        ? Optional.of(new JsonBody(node, prefix + name + " ", faults))
                        : wrong(name, "an object"));
    }

    /// The value as it came, for what is stored or handed on as JSON.
    public Change<JsonNode> value(String name) {
        return read(name, Optional::of);
    }

    /// An object as plain maps, lists, texts, numbers and booleans: what a template is rendered with.
    public Change<Map<String, @Nullable Object>> plain(String name) {
        return object(name).map(body -> {
            var plain = new LinkedHashMap<String, @Nullable Object>();
            body.object.properties().forEach(entry -> plain.put(entry.getKey(), Json.plain(entry.getValue())));
            return plain;
        });
    }

    public List<String> names() {
        var names = new ArrayList<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static boolean all(JsonNode array, java.util.function.Predicate<JsonNode> test) {
        for (var item : array) {
            if (!test.test(item)) {
                return false;
            }
        }
        return true;
    }

    private <T> Change<T> read(String name, Function<JsonNode, Optional<T>> reading) {
        var node = object.get(name);
        if (node == null) {
            return new Change.Keep<>();
        }
        if (node.isNull()) {
            return new Change.Clear<>();
        }
        // A faulty field counts as not sent; its fault refuses the request in the end.
        return reading.apply(node).<Change<T>>map(Change.Set::new).orElseGet(Change.Keep::new);
    }

    private Optional<String> checked(String name, String text, int charactersMax) {
        if (text.length() > charactersMax) {
            return fault(name, "must be at most " + charactersMax + " characters");
        }
        if (text.indexOf('\0') >= 0 || hasLoneSurrogate(text)) {
            return fault(name, "must be valid Unicode text without NUL");
        }
        return Optional.of(text);
    }

    static boolean hasLoneSurrogate(String text) {
        return text.codePoints()
                .anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    private <T> Optional<T> wrong(String name, String expected) {
        return fault(name, "must be " + expected);
    }

    private <T> Optional<T> fault(String name, String rule) {
        fault(prefix + name + " " + rule);
        return Optional.empty();
    }
}
