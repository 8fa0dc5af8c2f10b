package reynard.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.http.Routes;
import reynard.testing.ApiDocument;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenApiTest {
    private static final ApiDocument DOCUMENT = ApiDocument.OURS;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void every_route_is_described_and_every_operation_has_a_route() {
        var described = new TreeSet<String>();
        DOCUMENT.operations().forEach(operation -> described.add(operation.toString()));
        var routes = new TreeSet<String>();
        api().forEach(route -> routes.add(route.verb() + " " + route.path()));

        assertThat(routes).isEqualTo(described);
    }

    /// What is answered to programs; pages are for people.
    private static List<Routes.Route> api() {
        return server.routes().stream()
                .filter(route -> route.door() != Routes.Door.PAGE)
                .toList();
    }

    @Test
    void the_page_on_compatibility_has_a_row_for_each_operation_of_Kit() throws Exception {
        var compatibility = Compatibility.read(Path.of("docs/kit-compatibility.md"));
        var ofKit = DOCUMENT.operations().stream()
                .map(ApiDocument.Operation::toString)
                .filter(operation -> operation.contains(" /v4/"))
                .filter(operation -> !operation.contains("/landing_pages/") && !operation.contains("/oauth/"))
                .toList();
        assertThat(compatibility.operations())
                .containsExactlyInAnyOrderElementsOf(ofKit)
                .hasSize(85);
        for (var operation : ofKit) {
            assertThat(compatibility.isDone(operation)).as(operation).isTrue();
        }
    }

    @Test
    void what_is_open_to_strangers_is_described_so() {
        for (var route : api()) {
            var operation = DOCUMENT.operations().stream()
                    .filter(described -> described.toString().equals(route.verb() + " " + route.path()))
                    .findFirst()
                    .orElseThrow();
            assertThat(operation.needsCredential()).as(operation.toString()).isNotEqualTo(route.open());
        }
    }

    @Test
    void an_operation_is_told_by_its_id_and_describes_itself() {
        var ids = new HashSet<String>();
        var tags = DOCUMENT.document().path("tags").findValuesAsText("name");
        for (var operation : DOCUMENT.operations()) {
            var node = operation.node();
            assertThat(ids.add(node.path("operationId").asText()))
                    .as("operationId of " + operation)
                    .isTrue();
            assertThat(node.path("summary").asText()).as(operation.toString()).isNotBlank();
            assertThat(tags)
                    .as(operation.toString())
                    .contains(node.at("/tags/0").asText());
            var names = new TreeSet<String>();
            Pattern.compile("\\{([^}]+)}")
                    .matcher(operation.path())
                    .results()
                    .forEach(name -> names.add(name.group(1)));
            var described = new TreeSet<String>();
            DOCUMENT.parameters(operation).stream()
                    .filter(parameter -> parameter.path("in").asText().equals("path"))
                    .forEach(parameter -> described.add(parameter.path("name").asText()));
            assertThat(described).as(operation.toString()).isEqualTo(names);
        }
    }

    @Test
    void every_reference_leads_somewhere_and_every_component_is_used() {
        var references = new TreeSet<String>();
        references(DOCUMENT.document(), references);
        references.forEach(reference -> assertThat(
                        DOCUMENT.document().at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());

        var components = new ArrayList<String>();
        for (var kind : List.of("responses", "parameters", "schemas")) {
            DOCUMENT.document()
                    .at("/components/" + kind)
                    .fieldNames()
                    .forEachRemaining(name -> components.add("#/components/" + kind + "/" + name));
        }
        assertThat(references).containsAll(components);
    }

    private static void references(JsonNode node, Set<String> found) {
        if (node.path("$ref").isTextual()) {
            found.add(node.get("$ref").asText());
        }
        node.forEach(child -> references(child, found));
    }

    @Test
    void a_required_property_is_one_that_is_listed() {
        requiredIsListed(DOCUMENT.document());
    }

    private static void requiredIsListed(JsonNode node) {
        if (node.path("required").isArray() && node.path("properties").isObject()) {
            node.get("required")
                    .forEach(name -> assertThat(node.get("properties").has(name.asText()))
                            .as(name + " of " + node)
                            .isTrue());
        }
        node.forEach(OpenApiTest::requiredIsListed);
    }

    @Test
    void anyone_may_read_the_document() throws Exception {
        var answer = server.send("GET", "/openapi.json", null, Map.of());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(new ObjectMapper().valueToTree(OpenApi.document()));
    }

    @Test
    void the_page_that_shows_it_loads_nothing_from_elsewhere() {
        var page = server.send("GET", "/docs/api", null, Map.of()).raw();
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self';", "connect-src 'self'");
        var loaded = Pattern.compile("(?:src|href)=\"([^\"]+)\"")
                .matcher(page.body())
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(loaded)
                .contains("/docs/api/swagger-ui-bundle.js", "/docs/api/swagger-ui.css", "/docs/api/start.js")
                .allMatch(path -> path.startsWith("/"));
        for (var path : loaded) {
            assertThat(server.send("GET", path, null, Map.of()).status())
                    .as(path)
                    .isEqualTo(200);
        }
        assertThat(server.send("GET", "/docs/api/page.html", null, Map.of()).status())
                .isEqualTo(404);
        assertThat(server.send("GET", "/docs/api/..%2Fkit.yaml", null, Map.of()).status())
                .isIn(400, 404);
    }

    @Test
    void an_answer_with_an_unknown_field_is_not_as_described() {
        assertThatThrownBy(() -> check(200, "{\"colors\":[],\"extra\":1}"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("extra");
    }

    @Test
    void an_answer_without_a_field_or_with_one_of_another_type_is_not_as_described() {
        assertThatThrownBy(() -> check(200, "{}")).hasMessageContaining("colors");
        assertThatThrownBy(() -> check(200, "{\"colors\":[1]}")).hasMessageContaining("string");
        assertThatThrownBy(() -> check(200, "{\"colors\":null}")).hasMessageContaining("null");
    }

    @Test
    void a_status_that_nobody_described_is_found() {
        assertThatThrownBy(() -> check(500, "{\"errors\":[\"Internal Server Error\"]}"))
                .hasMessageContaining("500");
    }

    @Test
    void an_answer_as_described_passes() {
        assertThatCode(() -> check(200, "{\"colors\":[\"#0a7d4f\"]}")).doesNotThrowAnyException();
        assertThatCode(() -> check(401, "{\"errors\":[\"The access token is invalid\"]}"))
                .doesNotThrowAnyException();
    }

    private static void check(int status, String body) {
        DOCUMENT.check("GET", "/v4/account/colors?x=1", status, Optional.of("application/json; charset=utf-8"), body);
    }
}
