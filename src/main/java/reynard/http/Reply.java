package reynard.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What goes back: a status and a body, written as JSON unless it is [Html] or [Bytes].
///
/// @param body null for no body at all
public record Reply(int status, @Nullable Object body, Map<String, String> headers) {
    public Reply {
        headers = Map.copyOf(headers);
    }

    /// A page.
    public record Html(String text) {}

    /// Ready bytes of a media type.
    public record Bytes(String contentType, byte[] content) {}

    record Errors(List<String> errors) {}

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
    Reply with(String header, String value) {
        var more = new HashMap<>(headers);
        more.put(header, value);
        return new Reply(status, body, more);
    }

    public static Reply html(int status, String page) {
        return new Reply(status, new Html(page), Map.of());
    }
}
