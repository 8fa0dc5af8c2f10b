package reynard.http;

import java.util.ArrayList;
import java.util.List;

/// The list of everything the server answers to. A route asks for a credential unless it is registered as open.
public final class Routes {
    public enum Verb {
        GET,
        POST,
        PUT,
        PATCH,
        DELETE
    }

    /// @param open answers without a credential
    /// @param bodyBytesMax a longer body is 413
    public record Route(Verb verb, String path, boolean open, int bodyBytesMax, Handler handler) {}

    private static final int BODY_BYTES_MAX = 1_000_000;

    private final List<Route> routes = new ArrayList<>();

    public Routes get(String path, Handler handler) {
        return add(Verb.GET, path, handler);
    }

    public Routes post(String path, Handler handler) {
        return add(Verb.POST, path, handler);
    }

    public Routes put(String path, Handler handler) {
        return add(Verb.PUT, path, handler);
    }

    public Routes patch(String path, Handler handler) {
        return add(Verb.PATCH, path, handler);
    }

    public Routes delete(String path, Handler handler) {
        return add(Verb.DELETE, path, handler);
    }

    /// A route for strangers: links in emails, health checks.
    public Routes open(Verb verb, String path, Handler handler) {
        routes.add(new Route(verb, path, true, BODY_BYTES_MAX, handler));
        return this;
    }

    /// A route whose body may be larger than usual.
    public Routes large(Verb verb, String path, int bodyBytesMax, Handler handler) {
        routes.add(new Route(verb, path, false, bodyBytesMax, handler));
        return this;
    }

    private Routes add(Verb verb, String path, Handler handler) {
        routes.add(new Route(verb, path, false, BODY_BYTES_MAX, handler));
        return this;
    }

    public List<Route> all() {
        return List.copyOf(routes);
    }
}
