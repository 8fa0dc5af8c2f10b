package reynard.reference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The OpenAPI document, which is written in several YAML files: what all operations share, those of Kit's API, and our
/// own. A newcomer reads the files; programs read what is joined of them.
public final class OpenApi {
    private static final List<String> FILES = List.of("reynard.yaml", "kit.yaml", "ext.yaml");
    /// Names in a file for what it says several times. They are spelled out when it is read.
    private static final String SHARED = "x-shared";

    private static final int ALIASES_MAX = 100_000;

    private OpenApi() {}

    /// The whole document as plain maps, lists, texts, numbers and booleans, in the order of the files.
    public static Map<String, Object> document() {
        var document = new LinkedHashMap<String, Object>();
        for (var file : FILES) {
            join(document, read(file));
        }
        document.remove(SHARED);
        children(document, "paths").values().forEach(OpenApi::addRepeating);
        return document;
    }

    /// Every POST with a credential may come with a key that makes it safe to repeat.
    private static void addRepeating(Map<String, Object> path) {
        if (path.get("post") instanceof Map<?, ?> post && !List.of().equals(post.get("security"))) {
            var operation = copy(post);
            var parameters = new ArrayList<Object>();
            if (operation.get("parameters") instanceof List<?> given) {
                parameters.addAll(given);
            }
            parameters.add(Map.of("$ref", "#/components/parameters/IdempotencyKey"));
            operation.put("parameters", parameters);
            if (operation.get("responses") instanceof Map<?, ?> given) {
                var responses = copy(given);
                responses.putIfAbsent("409", Map.of("$ref", "#/components/responses/Conflict"));
                operation.put("responses", responses);
            }
            path.put("post", operation);
        }
    }

    private static Map<String, Map<String, Object>> children(Map<String, Object> document, String name) {
        var children = new LinkedHashMap<String, Map<String, Object>>();
        if (document.get(name) instanceof Map<?, ?> object) {
            object.forEach((key, value) -> children.put(String.valueOf(key), copy((Map<?, ?>) value)));
        }
        document.put(name, children);
        return children;
    }

    private static Map<?, ?> read(String file) {
        var options = new LoaderOptions();
        options.setMaxAliasesForCollections(ALIASES_MAX);
        options.setAllowDuplicateKeys(false);
        return new Yaml(new SafeConstructor(options)).load(text(file));
    }

    private static String text(String file) {
        try {
            return new String(bytes("/openapi/" + file), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The bytes of a file on the class path.
    ///
    /// @throws IllegalStateException when it is not there
    static byte[] bytes(String path) throws IOException {
        try (InputStream in = OpenApi.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("missing on the class path: " + path);
            }
            return in.readAllBytes();
        }
    }

    /// Adds what is new; where both have an object, what is in it. Two files do not say the same thing differently.
    private static void join(Map<String, Object> whole, Map<?, ?> part) {
        part.forEach((key, value) -> {
            var name = String.valueOf(key);
            var known = whole.get(name);
            if (name.equals(SHARED)) {
                return;
            }
            if (known == null) {
                whole.put(name, value instanceof Map<?, ?> object ? copy(object) : value);
            } else if (known instanceof Map<?, ?> object && value instanceof Map<?, ?> more) {
                var both = copy(object);
                join(both, more);
                whole.put(name, both);
            } else {
                throw new IllegalStateException("said twice: " + name);
            }
        });
    }

    private static Map<String, Object> copy(Map<?, ?> object) {
        var copy = new LinkedHashMap<String, Object>();
        object.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }
}
