package reynard.reference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
        return document;
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
