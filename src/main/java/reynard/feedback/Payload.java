package reynard.feedback;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// JSON from a provider: strict in its form, open to fields that we do not know.
public final class Payload {
    private static final int DEPTH_MAX = 64;
    private static final int TEXT_MAX = 1_000_000;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(TEXT_MAX)
                    .maxNumberLength(40)
                    .build())
            .build());

    private final JsonNode node;

    private Payload(JsonNode node) {
        this.node = node;
    }

    /// Empty when it is no JSON.
    public static Optional<Payload> parse(byte[] bytes) {
        try {
            var node = MAPPER.readTree(bytes);
            return Optional.ofNullable(node)
                    .filter(found -> !found.isMissingNode())
                    .map(Payload::new);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<Payload> parse(String text) {
        try {
            return Optional.ofNullable(MAPPER.readTree(text)).map(Payload::new);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    Payload at(String name) {
        return new Payload(node.path(name));
    }

    /// A value that is a text or a number, as text; empty for anything else and for an empty text.
    Optional<String> text(String name) {
        var value = node.path(name);
        return value.isValueNode() && !value.isNull()
                ? Optional.of(value.asText()).filter(text -> !text.isBlank())
                : Optional.empty();
    }

    String lower(String name) {
        return text(name).orElse("").toLowerCase(java.util.Locale.ROOT);
    }

    List<Payload> items() {
        return node.isArray()
                ? StreamSupport.stream(node.spliterator(), false)
                        .map(Payload::new)
                        .toList()
                : List.of();
    }

    boolean isObject() {
        return node.isObject();
    }
}
