package reynard.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import reynard.http.Reply;
import reynard.http.Routes;

/// What readers' pages load beside themselves; their policy lets them load nothing from elsewhere.
public final class PageEndpoints {
    private static final Map<String, String> KEPT = Map.of("Cache-Control", "public, max-age=3600");

    public void register(Routes routes) {
        var style = read("/pages/reader.css");
        routes.open(
                Routes.Verb.GET,
                "/pages/reader.css",
                _ -> new Reply(200, new Reply.Bytes("text/css; charset=utf-8", style), KEPT));
    }

    private static byte[] read(String resource) {
        try (var stream = PageEndpoints.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
