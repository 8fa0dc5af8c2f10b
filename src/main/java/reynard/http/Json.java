package reynard.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import reynard.id.Id;

/// JSON at the wire: snake case out, bounded and strict in (depth 64, 40 digits, names of 1,000 characters, no name
/// twice in an object, UTF-8 only).
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxNumberLength(40)
                            .maxNameLength(1_000)
                            .maxStringLength(25_000_000)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, new InstantSerializer())
                    .addSerializer(Duration.class, ToStringSerializer.instance)
                    .addSerializer(Id.class, new IdSerializer()))
            .build();

    // What follows a value in the middle is not the end.
    private static final ObjectReader VALUES = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /// Kit's form of an instant: UTC to the second, with `Z` (Kit: Dates).
    public static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @throws Malformed when the bytes are not one JSON value within the bounds
    static JsonNode parse(byte[] bytes) {
        try {
            // Jackson repairs some broken UTF-8 silently; a decoder that reports does not.
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            return MAPPER.readTree(text.toString());
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /// Reads token by token, within the same bounds.
    static JsonParser parser(InputStream utf8) throws IOException {
        var strict = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        return MAPPER.createParser(new InputStreamReader(utf8, strict));
    }

    /// The value that begins where the parser is.
    static JsonNode value(JsonParser parser) throws IOException {
        return VALUES.readTree(parser);
    }

    static Malformed malformed(IOException cause) {
        return switch (cause) {
            case CharacterCodingException _ -> new Malformed("the body is not valid UTF-8");
            case JsonProcessingException json -> new Malformed(reason(json));
            default -> throw new UncheckedIOException(cause);
        };
    }

    /// The value as plain maps, lists, texts, numbers and booleans; null for JSON's null.
    static @Nullable Object plain(JsonNode node) {
        return MAPPER.convertValue(node, Object.class);
    }

    // What follows the first bracket speaks of the parser, not of the text.
    private static String reason(JsonProcessingException e) {
        var message = e.getOriginalMessage();
        int bracket = message.indexOf(" (");
        return bracket > 0 ? message.substring(0, bracket) : message;
    }

    static final class Malformed extends RuntimeException {
        Malformed(String reason) {
            super(reason);
        }
    }

    private static final class InstantSerializer extends JsonSerializer<Instant> {
        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(text(value));
        }
    }

    private static final class IdSerializer extends JsonSerializer<Id> {
        @Override
        public void serialize(Id value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeNumber(value.value());
        }
    }
}
