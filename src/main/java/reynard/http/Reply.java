package reynard.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What goes back: a status and a body, written as JSON unless it is [Html], [Bytes], [Stream] or [Events].
///
/// @param body null for no body at all
/// @param cookies the values of `Set-Cookie`, of which an answer may have several
public record Reply(int status, @Nullable Object body, Map<String, String> headers, List<String> cookies) {
    static final String JSON = "application/json; charset=utf-8";

    public Reply {
        headers = Map.copyOf(headers);
        cookies = List.copyOf(cookies);
    }

    public Reply(int status, @Nullable Object body, Map<String, String> headers) {
        this(status, body, headers, List.of());
    }

    /// A page.
    public record Html(String text) {}

    /// Ready bytes of a media type.
    public record Bytes(String contentType, byte[] content) {}

    /// What is made while it is sent, however long it is.
    public record Stream(String contentType, Writing writing) {}

    @FunctionalInterface
    public interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /// What changes while somebody looks on, told to a browser as it happens (HTML standard: server-sent events).
    ///
    /// @param next what there is to say now; asked again and again until it is the last
    public record Events(Supplier<Event> next) {}

    /// @param data written as JSON
    public record Event(Object data, boolean last) {}

    record Errors(List<String> errors) {}

    /// The same, its body written as JSON now, for an answer that goes to many.
    public Reply written() {
        return body == null ? this : new Reply(status, new Bytes(JSON, Json.bytes(body)), headers, cookies);
    }

    /// As one text without the status, from which [#ofKept] makes the same reply; empty for what is no JSON.
    public Optional<String> kept() {
        var head = headers.entrySet().stream()
                .map(header -> header.getKey() + ": " + header.getValue() + "\n")
                .collect(Collectors.joining());
        return switch (body) {
            case null -> Optional.of(head);
            case Html _, Stream _, Events _ -> Optional.empty();
            case Bytes(String type, byte[] content) ->
                type.equals(JSON)
                        ? Optional.of(head + "\n" + new String(content, StandardCharsets.UTF_8))
                        : Optional.empty();
            case Object json -> Optional.of(head + "\n" + new String(Json.bytes(json), StandardCharsets.UTF_8));
        };
    }

    /// What was kept.
    public static Reply ofKept(int status, String text) {
        var headers = new HashMap<String, String>();
        int at = 0;
        while (at < text.length() && text.charAt(at) != '\n') {
            int colon = text.indexOf(": ", at);
            int end = text.indexOf('\n', at);
            headers.put(text.substring(at, colon), text.substring(colon + 2, end));
            at = end + 1;
        }
        return new Reply(
                status,
                at == text.length()
                        ? null
                        : new Bytes(JSON, text.substring(at + 1).getBytes(StandardCharsets.UTF_8)),
                headers);
    }

    public static Reply ok(Object body) {
        return new Reply(200, body, Map.of());
    }

    public static Reply created(Object body) {
        return new Reply(201, body, Map.of());
    }

    public static Reply accepted(Object body) {
        return new Reply(202, body, Map.of());
    }

    public static Reply noContent() {
        return new Reply(204, null, Map.of());
    }

    public static Reply notFound() {
        return error(404, "Not Found");
    }

    public static Reply invalid(List<String> faults) {
        return new Reply(422, new Errors(faults), Map.of());
    }

    public static Reply invalid(String fault) {
        return invalid(List.of(fault));
    }

    public static Reply error(int status, String message) {
        return new Reply(status, new Errors(List.of(message)), Map.of());
    }

    /// The same with one more header.
    public Reply with(String header, String value) {
        var more = new HashMap<>(headers);
        more.put(header, value);
        return new Reply(status, body, more, cookies);
    }

    /// The same with one more cookie.
    public Reply withCookie(String cookie) {
        var more = new ArrayList<>(cookies);
        more.add(cookie);
        return new Reply(status, body, headers, more);
    }

    /// On to another address, fetched with GET.
    public static Reply seeOther(String location) {
        return new Reply(303, null, Map.of("Location", location));
    }

    /// 429, and when it is worth trying again.
    public static Reply tooMany(String message, Duration retryAfter) {
        return error(429, message).with("Retry-After", Long.toString(seconds(retryAfter)));
    }

    /// Rounded up: whoever comes back then is let in.
    private static long seconds(Duration duration) {
        return Math.max(1, duration.plusNanos(999_999_999).toSeconds());
    }

    public static Reply html(int status, String page) {
        return new Reply(status, new Html(page), Map.of());
    }
}
