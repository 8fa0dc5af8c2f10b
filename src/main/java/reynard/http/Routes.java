package reynard.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The list of everything the server answers to. A route asks for a credential unless it is registered as open.
public final class Routes {
    public enum Verb {
        GET,
        POST,
        PUT,
        PATCH,
        DELETE
    }

    /// What a route asks for.
    public enum Door {
        /// Nothing: links in emails, health checks, logging in.
        OPEN,
        /// Nothing that the server could check: a page of the workplace, which lets its authors in itself. No part of
        /// the API; what goes wrong is shown as a page.
        PAGE,
        /// An API key or a token.
        CREDENTIAL,
        /// A token (Kit: the operations on many at once, and purchases).
        TOKEN
    }

    /// @param bodyBytesMax a longer body is 413
    public record Route(Verb verb, String path, Door door, int bodyBytesMax, Handler handler) {
        /// Whether it answers without a credential.
        public boolean open() {
            return door == Door.OPEN || door == Door.PAGE;
        }
    }

    private static final int BODY_BYTES_MAX = 1_000_000;

    private final List<Route> routes = new ArrayList<>();
    private Optional<ErrorPage> errorPage = Optional.empty();

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
        routes.add(new Route(verb, path, Door.OPEN, BODY_BYTES_MAX, handler));
        return this;
    }

    /// A page of the workplace, or what one loads.
    public Routes page(Verb verb, String path, Handler handler) {
        routes.add(new Route(verb, path, Door.PAGE, BODY_BYTES_MAX, handler));
        return this;
    }

    /// The same, whose body may be larger than usual.
    public Routes page(Verb verb, String path, int bodyBytesMax, Handler handler) {
        routes.add(new Route(verb, path, Door.PAGE, bodyBytesMax, handler));
        return this;
    }

    /// How a page says what went wrong.
    @FunctionalInterface
    public interface ErrorPage {
        /// @param sentences what is wrong, at least one
        Reply of(int status, List<String> sentences);
    }

    /// What a browser is shown instead of JSON where there is no page.
    public void errorPage(ErrorPage page) {
        errorPage = Optional.of(page);
    }

    Optional<ErrorPage> errorPage() {
        return errorPage;
    }

    /// A route whose body may be larger than usual.
    public Routes large(Verb verb, String path, int bodyBytesMax, Handler handler) {
        routes.add(new Route(verb, path, Door.CREDENTIAL, bodyBytesMax, handler));
        return this;
    }

    /// A route that an API key does not open.
    public Routes tokenOnly(Verb verb, String path, Handler handler) {
        return tokenOnly(verb, path, BODY_BYTES_MAX, handler);
    }

    /// The same, whose body may be larger than usual.
    public Routes tokenOnly(Verb verb, String path, int bodyBytesMax, Handler handler) {
        routes.add(new Route(verb, path, Door.TOKEN, bodyBytesMax, handler));
        return this;
    }

    private Routes add(Verb verb, String path, Handler handler) {
        routes.add(new Route(verb, path, Door.CREDENTIAL, BODY_BYTES_MAX, handler));
        return this;
    }

    public List<Route> all() {
        return List.copyOf(routes);
    }
}
