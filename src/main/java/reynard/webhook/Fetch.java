package reynard.webhook;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Fetches what another room has to read from a host that it has checked: no redirects, little time, few bytes.
public final class Fetch {
    private static final int BYTES_MAX = 64 * 1024;
    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final Duration ANSWERING = Duration.ofSeconds(10);

    /// @throws IOException when there is no answer, one that is not 200, or one of more than 64 KB
    public byte[] get(URI url) throws IOException {
        // Seldom needed, so a client is not kept.
        try (var client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECTING)
                .build()) {
            var request = HttpRequest.newBuilder(url).timeout(ANSWERING).build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var body = answer.body()) {
                var bytes = body.readNBytes(BYTES_MAX + 1);
                if (answer.statusCode() != 200 || bytes.length > BYTES_MAX) {
                    throw new IOException("status " + answer.statusCode() + ", " + bytes.length + " bytes");
                }
                return bytes;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
