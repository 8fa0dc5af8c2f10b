package reynard.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A server's API, as a program written for it calls it. Any number of threads may.
public final class Api implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PER_PAGE = 1_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String key;

    /// @param url without a slash at its end
    public Api(String url, String key) {
        this.url = url;
        this.key = key;
    }

    /// @param body a missing node when there is none
    record Answer(int status, JsonNode body) {
        JsonNode at(String pointer) {
            return body.requiredAt(pointer);
        }
    }

    Answer get(String path) {
        return send(request(path).GET().build());
    }

    Answer post(String path, Object body) {
        try {
            return send(request(path)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Every row of a list, page by page.
    List<JsonNode> list(String path, String plural) {
        var rows = new ArrayList<JsonNode>();
        var cursor = "";
        while (true) {
            var page = get(path + (path.contains("?") ? "&" : "?") + "per_page=" + PER_PAGE + cursor);
            page.at("/" + plural).forEach(rows::add);
            if (!page.at("/pagination/has_next_page").asBoolean()) {
                return rows;
            }
            cursor = "&after=" + encoded(page.at("/pagination/end_cursor").asText());
        }
    }

    /// What a mail program does when its user clicks "unsubscribe" (RFC 8058): no key, no page.
    void clickUnsubscribe(String link) {
        send(HttpRequest.newBuilder(URI.create(link))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("List-Unsubscribe=One-Click"))
                .build());
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).header("X-Kit-Api-Key", key);
    }

    private Answer send(HttpRequest request) {
        try {
            var response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException("%s %s was answered with %d %s"
                        .formatted(request.method(), request.uri(), response.statusCode(), response.body()));
            }
            return new Answer(response.statusCode(), body(response));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode body(HttpResponse<String> response) throws IOException {
        boolean json = response.headers()
                .firstValue("Content-Type")
                .filter(type -> type.startsWith("application/json"))
                .isPresent();
        return json ? JSON.readTree(response.body()) : JSON.missingNode();
    }

    @Override
    public void close() {
        http.close();
    }
}
