package reynard.page;

import java.util.Map;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;

/// Serves the [Assets].
public final class AssetEndpoints {
    private static final Map<String, String> KEPT = Map.of("Cache-Control", "public, max-age=31536000, immutable");

    public void register(Routes routes) {
        routes.page(Routes.Verb.GET, "/assets/{name}", this::asset);
    }

    private Reply asset(Request request) {
        return Assets.at("/assets/" + request.pathText("name"))
                .map(asset -> new Reply(200, new Reply.Bytes(asset.contentType(), asset.content()), KEPT))
                .orElseGet(Reply::notFound);
    }
}
