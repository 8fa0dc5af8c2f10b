package reynard.reference;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import reynard.http.Json;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;

/// The OpenAPI document, and Swagger UI to read it with. Everything that the page loads comes from here; its policy
/// lets it load nothing else.
public final class ReferenceEndpoints {
    private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
    private static final Map<String, String> TYPES =
            Map.of("js", "text/javascript; charset=utf-8", "css", "text/css; charset=utf-8");
    /// Swagger UI sets styles from its script, shows pictures that are in its style sheet, and asks for the document.
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private static final Map<String, String> KEPT = Map.of("Cache-Control", "public, max-age=3600");

    // Read when somebody asks for the first time: a start does not wait for it.
    private byte @Nullable [] document;

    public void register(Routes routes) {
        routes.open(
                Routes.Verb.GET,
                "/openapi.json",
                _ -> new Reply(200, new Reply.Bytes("application/json; charset=utf-8", document()), Map.of()));
        routes.open(
                Routes.Verb.GET,
                "/docs/api",
                _ -> new Reply(
                        200, new Reply.Html(text("/openapi/page.html")), Map.of("Content-Security-Policy", POLICY)));
        routes.open(Routes.Verb.GET, "/docs/api/{asset}", this::asset);
    }

    private synchronized byte[] document() {
        if (document == null) {
            document = Json.bytes(OpenApi.document());
        }
        return document;
    }

    private Reply asset(Request request) {
        var name = request.pathText("asset");
        return path(name)
                .map(path -> new Reply(200, new Reply.Bytes(type(name), bytes(path)), KEPT))
                .orElseGet(Reply::notFound);
    }

    private static Optional<String> path(String asset) {
        return switch (asset) {
            case "start.js" -> Optional.of("/openapi/start.js");
            case "swagger-ui-bundle.js", "swagger-ui.css" -> Optional.of(WEBJAR + version() + "/" + asset);
            default -> Optional.empty();
        };
    }

    private static String type(String asset) {
        return TYPES.getOrDefault(asset.substring(asset.lastIndexOf('.') + 1), "application/octet-stream");
    }

    // The folder of a WebJar has its version in it, which the jar tells.
    private static String version() {
        var properties = new Properties();
        try {
            properties.load(new StringReader(text("/META-INF/maven/org.webjars/swagger-ui/pom.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static String text(String path) {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String path) {
        try {
            return OpenApi.bytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
