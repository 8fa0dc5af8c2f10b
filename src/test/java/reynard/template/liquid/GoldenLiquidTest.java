package reynard.template.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The behaviour of standard Liquid, from a data set that lies beside the project; without it, there is nothing to
/// test.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GoldenLiquidTest {
    /// Cases we answer differently; `docs/liquid.md` says why.
    private static final List<String> EXCEPTIONS = List.of("tags, case, unexpected when token");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> our_Liquid_does_what_standard_Liquid_does() {
        var cases = new ArrayList<JsonNode>();
        golden().path("tests").forEach(cases::add);
        return cases.stream()
                .filter(test -> !EXCEPTIONS.contains(test.path("name").asText()))
                .map(test -> DynamicTest.dynamicTest(test.path("name").asText(), () -> check(test)));
    }

    @Test
    void every_exception_is_a_case_and_is_explained() throws IOException {
        var explained = Files.readString(Path.of("docs/liquid.md"));
        var names = golden().path("tests").findValuesAsText("name");

        assertThat(names).containsAll(EXCEPTIONS);
        assertThat(explained).contains(EXCEPTIONS);
    }

    private static void check(JsonNode test) {
        var template = test.path("template").asText();
        if (test.path("invalid").asBoolean()) {
            assertThatThrownBy(() -> render(template, test)).isInstanceOf(LiquidError.class);
        } else if (test.has("results")) {
            var results = new ArrayList<String>();
            test.path("results").forEach(result -> results.add(result.asText()));
            assertThat(results).contains(render(template, test));
        } else {
            assertThat(render(template, test)).isEqualTo(test.path("result").asText());
        }
    }

    @SuppressWarnings("unchecked")
    private static String render(String template, JsonNode test) {
        var data = test.has("data")
                ? Objects.requireNonNull((Map<String, ?>) JSON.convertValue(test.path("data"), Map.class))
                : Map.<String, Object>of();
        var options =
                new RenderOptions(new Budget(), Escaping.NONE, Instant.parse("2026-03-14T09:30:00Z"), ZoneOffset.UTC);
        return Template.parse(template).render(data, options);
    }

    private static JsonNode golden() {
        var file = Stream.of(
                        "../shared", "../../shared", Objects.requireNonNullElse(System.getenv("REYNARD_SHARED"), "."))
                .map(folder -> Path.of(folder, "liquid", "golden.json"))
                .filter(Files::exists)
                .findFirst();
        assumeTrue(file.isPresent(), "no liquid/golden.json beside the project or in $REYNARD_SHARED");
        try {
            return JSON.readTree(file.orElseThrow().toFile());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
