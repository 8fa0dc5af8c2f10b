package reynard.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import reynard.bounce.SnsWeb;

/// Fetches from SNS over https: no redirects, little time, few bytes. Who asks has checked that the host is SNS.
final class AwsWeb implements SnsWeb {
    private static final int BYTES_MAX = 64 * 1024;
    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final Duration ANSWERING = Duration.ofSeconds(10);

    @Override
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
