package reynard.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import reynard.reference.OpenApi;

/// Our OpenAPI document as tests use it: every answer that a test gets is held against it.
///
/// In answers an object that lists its properties has no others, so that a field nobody described is found. Requests
/// are open, because the server ignores what it does not know.
///
/// Threads: any.
public final class ApiDocument {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> VERBS = List.of("get", "post", "put", "patch", "delete");

    public static final ApiDocument OURS = new ApiDocument(new ObjectMapper().valueToTree(OpenApi.document()));

    private static final Set<Integer> REFUSED_EARLY = Set.of(405, 414, 431);

    private final JsonNode document;
    private final JsonNode closedComponents;
    private final List<Operation> operations = new ArrayList<>();
    private final SchemaRegistry registry = SchemaRegistry.withDialect(
            Dialects.getOpenApi31(),
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    private final Map<String, Schema> answers = new ConcurrentHashMap<>();

    private ApiDocument(JsonNode document) {
        this.document = document;
        var components = document.path("components").deepCopy();
        close(components);
        this.closedComponents = components;
        for (var path : document.path("paths").properties()) {
            for (var verb : VERBS) {
                if (path.getValue().has(verb)) {
                    operations.add(new Operation(
                            verb.toUpperCase(Locale.ROOT), path.getKey(), path.getValue(), pattern(path.getKey())));
                }
            }
        }
        // What is spelled out in a path goes before what is any value.
        operations.sort(Comparator.comparing(operation -> operation.path().replace('{', '~')));
    }

    private static Pattern pattern(String path) {
        return Pattern.compile(path.replaceAll("\\{[^}]+}", "[^/]+") + "/?");
    }

    /// One verb of one path.
    public record Operation(String verb, String path, JsonNode pathItem, Pattern pattern) {
        public JsonNode node() {
            return pathItem.get(verb.toLowerCase(Locale.ROOT));
        }

        @Override
        public String toString() {
            return verb + " " + path;
        }

        /// Whether it is the author's, who presents a credential.
        public boolean needsCredential() {
            return !node().has("security") || !node().get("security").isEmpty();
        }
    }

    public JsonNode document() {
        return document;
    }

    public List<Operation> operations() {
        return List.copyOf(operations);
    }

    /// The parameters of an operation and of its path, references followed.
    public List<JsonNode> parameters(Operation operation) {
        var parameters = new ArrayList<JsonNode>();
        operation.pathItem().path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
        operation.node().path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
        return parameters;
    }

    /// The schema of a JSON request body, if the operation takes one.
    public Optional<JsonNode> requestSchema(Operation operation) {
        var schema = operation.node().at("/requestBody/content/application~1json/schema");
        return schema.isMissingNode() ? Optional.empty() : Optional.of(resolved(schema));
    }

    /// What a `$ref` stands for; anything else as it is.
    public JsonNode resolved(JsonNode node) {
        var target = node;
        while (target.has("$ref")) {
            var reference = target.get("$ref").asText();
            target = document.at(reference.substring(1));
            if (target.isMissingNode()) {
                throw new IllegalStateException("nothing is at " + reference);
            }
        }
        return target;
    }

    /// Holds an answer against the document.
    ///
    /// @param path with its query
    /// @throws AssertionError when the document does not say that this operation may answer so
    public void check(String verb, String path, int status, Optional<String> contentType, String body) {
        var bare = path.replaceFirst("[?#].*", "");
        var ofPath = operations.stream()
                .filter(operation -> !bare.contains("//"))
                .filter(operation -> operation.pattern().matcher(bare).matches())
                .toList();
        var found = ofPath.stream()
                .filter(operation -> operation.verb().equals(verb))
                .findFirst();
        if (verb.equals("HEAD") || verb.equals("OPTIONS") || verb.equals("TRACE")) {
            return;
        }
        // Jetty refuses before a route is asked.
        if (found.isEmpty() || REFUSED_EARLY.contains(status)) {
            checkRefusal(verb, path, status, contentType, body, ofPath.isEmpty());
            return;
        }
        var operation = found.get();
        var described = operation.node().path("responses").path(String.valueOf(status));
        if (described.isMissingNode()) {
            throw new AssertionError(operation + " does not describe that it answers " + status + ": " + body);
        }
        checkBody(operation + " " + status, resolved(described).path("content"), contentType, body);
    }

    // A path that nobody has, a verb that a path has not.
    private void checkRefusal(
            String verb, String path, int status, Optional<String> contentType, String body, boolean unknownPath) {
        if (!REFUSED_EARLY.contains(status) && !(unknownPath && (status == 404 || status == 400))) {
            throw new AssertionError(
                    "no operation is described for " + verb + " " + path + ", which answers " + status);
        }
        checkBody("405 and 404", document.at("/components/responses/NotFound/content"), contentType, body);
    }

    private void checkBody(String name, JsonNode content, Optional<String> contentType, String body) {
        if (content.isMissingNode()) {
            if (!body.isEmpty()) {
                throw new AssertionError(name + " is described without a body: " + body);
            }
            return;
        }
        var type = contentType.orElse("").replaceFirst(";.*", "");
        if (!content.has(type)) {
            throw new AssertionError(name + " is not described as " + type + ": " + body);
        }
        if (type.equals("application/json")) {
            var schema = answers.computeIfAbsent(
                    name, _ -> compiled(content.get(type).get("schema")));
            var faults = schema.validate(parsed(name, body));
            if (!faults.isEmpty()) {
                throw new AssertionError(name + " is not as described: " + faults + "\n" + body);
            }
        }
    }

    private static JsonNode parsed(String name, String body) {
        try {
            var node = JSON.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (JsonProcessingException e) {
            throw new AssertionError(name + " is not JSON: " + body, e);
        }
    }

    private Schema compiled(JsonNode schema) {
        ObjectNode root = schema.deepCopy();
        close(root);
        root.set("components", closedComponents);
        return registry.getSchema(root);
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")
                && object.has("type")) {
            object.put("additionalProperties", false);
        }
        node.forEach(ApiDocument::close);
    }
}
