package reynard.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler.Abstract;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.BadCursor;
import reynard.db.Database;
import reynard.net.Proxies;

/// The HTTP server: Javalin on Jetty with a virtual thread per request. Whatever goes wrong is answered as
/// `{"errors":[…]}`; a stack trace goes to the log and nowhere else.
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    // Files are read into memory; a route may want less.
    private static final int UPLOAD_MEGABYTES_MAX = 32;
    private static final Duration EVENT_PAUSE = Duration.ofMillis(250);
    // A browser comes again by itself; a connection that nobody reads any more is found out so.
    private static final int EVENT_LOOKS_MAX = 240;
    private static final int EVENT_LOOKS_SILENT_MAX = 40;
    private static final String IDEMPOTENCY_KEY_HEADER = "Idempotency-Key";
    private static final int IDEMPOTENCY_KEY_MAX = 255;
    private static final String API_KEY_HEADER = "X-Kit-Api-Key";
    private static final String METHOD_NOT_ALLOWED = "Method Not Allowed";
    private static final String TOO_MANY = "Rate limit exceeded. Please try again later.";
    private static final Map<String, String> SECURITY_HEADERS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "Cache-Control", "no-store");

    private final Javalin javalin;
    private final Gate gate;
    private final Repeats repeats;
    private final boolean https;
    private final Limits limits;
    private final Proxies proxies;
    private final Optional<Routes.ErrorPage> errorPage;
    private final CountDownLatch closing = new CountDownLatch(1);

    private HttpServer(
            String host,
            int port,
            Routes routes,
            Gate gate,
            Repeats repeats,
            boolean https,
            Limits limits,
            Proxies proxies) {
        this.gate = gate;
        this.repeats = repeats;
        this.https = https;
        this.limits = limits;
        this.proxies = proxies;
        this.errorPage = routes.errorPage();
        this.javalin = Javalin.create(config -> configure(config, host, port, routes));
    }

    /// How long clients may take, and how many connections.
    ///
    /// @param silenceMax on a connection, also between two requests
    /// @param headMax until a request's head is there
    /// @param bodyGrace so long a body may take, however slowly it comes; then it must come at `bodyBytesPerSecond`
    /// @param connectionsOfOneAddress a trusted proxy may have more
    public record Limits(
            Duration silenceMax,
            Duration headMax,
            Duration bodyGrace,
            int bodyBytesPerSecond,
            int connectionsOfOneAddress) {
        public static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(10), 1_000, 500);
    }

    /// Starts listening.
    ///
    /// @param port 0 for any free one
    /// @param https whether strangers reach it by HTTPS: a browser that has come once then comes by nothing else
    /// @param proxies who is believed about where a request comes from
    public static HttpServer start(
            String host,
            int port,
            Routes routes,
            Gate gate,
            Repeats repeats,
            boolean https,
            Limits limits,
            Proxies proxies) {
        var server = new HttpServer(host, port, routes, gate, repeats, https, limits, proxies);
        server.javalin.start();
        return server;
    }

    public int port() {
        return javalin.port();
    }

    @Override
    public void close() {
        closing.countDown();
        javalin.stop();
    }

    private void configure(JavalinConfig config, String host, int port, Routes routes) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = Long.MAX_VALUE; // Request counts, per route.
        config.jetty.multipartConfig.maxInMemoryFileSize(UPLOAD_MEGABYTES_MAX, SizeUnit.MB);
        config.jetty.multipartConfig.maxFileSize(UPLOAD_MEGABYTES_MAX, SizeUnit.MB);
        config.jetty.multipartConfig.maxTotalRequestSize(UPLOAD_MEGABYTES_MAX, SizeUnit.MB);
        config.router.ignoreTrailingSlashes = true;
        // A doubled slash is a path that nobody has, and not a malformed request.
        config.jetty.modifyHttpConfiguration(http -> {
            http.setUriCompliance(UriCompliance.UNSAFE);
            http.setSendServerVersion(false);
        });
        config.jetty.addConnector((server, http) -> connector(server, http, host, port));
        config.jetty.modifyServletContextHandler(
                context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(new JettyErrors());
            server.setStopTimeout(5_000);
        });
        for (var route : routes.all()) {
            register(config, route);
        }
        config.routes.exception(
                Exception.class, (exception, context) -> write(context, shown(context, failure(exception, context))));
        for (int status : List.of(404, 405)) {
            config.routes.error(status, context -> {
                if (context.resultInputStream() == null || !isOurs(context)) {
                    write(
                            context,
                            shown(context, Reply.error(status, status == 404 ? "Not Found" : METHOD_NOT_ALLOWED)));
                }
            });
        }
    }

    private Connector connector(Server server, HttpConfiguration http, String host, int port) {
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(limits.silenceMax().toMillis());
        connector.addBean(new Doorstep(connector, limits, proxies));
        return connector;
    }

    private static boolean isOurs(Context context) {
        return context.attribute("answered") != null;
    }

    private void register(JavalinConfig config, Routes.Route route) {
        io.javalin.http.Handler handler = context -> {
            context.attribute("door", route.door());
            write(context, shown(context, answer(context, route)));
        };
        switch (route.verb()) {
            case GET -> {
                config.routes.get(route.path(), handler);
                config.routes.head(route.path(), handler);
            }
            case POST -> config.routes.post(route.path(), handler);
            case PUT -> config.routes.put(route.path(), handler);
            case PATCH -> config.routes.patch(route.path(), handler);
            case DELETE -> config.routes.delete(route.path(), handler);
        }
    }

    private Reply answer(Context context, Routes.Route route) {
        if (!isOwnMethod(context, route)) {
            return Reply.error(405, METHOD_NOT_ALLOWED);
        }
        if (route.open()) {
            return handle(context, route, null);
        }
        return switch (gate.enter(presented(context), route.door())) {
            case Gate.Entry.Granted(var caller) -> handle(context, route, caller);
            case Gate.Entry.Unknown(var reason) ->
                Reply.error(401, reason).with("WWW-Authenticate", "Bearer realm=\"Reynard\"");
            case Gate.Entry.Forbidden(var reason) -> Reply.error(403, reason);
            case Gate.Entry.Later(var retryAfter) -> Reply.tooMany(TOO_MANY, retryAfter);
        };
    }

    /// The answer as who asks can read it: a browser that looks for a page is shown one.
    private Reply shown(Context context, Reply reply) {
        if (!(reply.body() instanceof Reply.Errors(var sentences)) || errorPage.isEmpty() || !looksForPage(context)) {
            return reply;
        }
        var page = errorPage.get().of(reply.status(), sentences);
        return new Reply(page.status(), page.body(), page.headers(), reply.cookies());
    }

    private static boolean looksForPage(Context context) {
        Routes.@Nullable Door door = context.attribute("door");
        if (door != null) {
            return door == Routes.Door.PAGE;
        }
        var accept = context.header("Accept");
        return accept != null
                && accept.contains("text/html")
                && !context.path().startsWith("/v4/")
                && !context.path().startsWith("/ext/");
    }

    private Reply handle(Context context, Routes.Route route, @Nullable Caller caller) {
        var request = new Request(context, caller, route.bodyBytesMax(), limits, () -> client(context));
        request.refuseTooLarge();
        request.refusePacked();
        var key = request.header(IDEMPOTENCY_KEY_HEADER);
        if (key.isEmpty() || caller == null || route.verb() != Routes.Verb.POST) {
            return route.handler().handle(request);
        }
        int length = key.get().length();
        if (length == 0 || length > IDEMPOTENCY_KEY_MAX) {
            throw new InvalidRequest(
                    IDEMPOTENCY_KEY_HEADER + " must have 1 to " + IDEMPOTENCY_KEY_MAX + " characters: " + length);
        }
        return repeats.answer(
                caller, key.get(), request.fingerprint(), () -> route.handler().handle(request));
    }

    // Javalin routes by X-HTTP-Method-Override when there is one, so that what looks like a POST to a proxy could
    // delete.
    private static boolean isOwnMethod(Context context, Routes.Route route) {
        var method = context.req().getMethod();
        return method.equals(route.verb().name()) || (method.equals("HEAD") && route.verb() == Routes.Verb.GET);
    }

    private String client(Context context) {
        var peer = context.req().getRemoteAddr();
        return proxies.trusted().isEmpty()
                ? peer
                : proxies.client(peer, Collections.list(context.req().getHeaders("X-Forwarded-For")));
    }

    private Presented presented(Context context) {
        var method = context.req().getMethod();
        return new Presented(
                Optional.ofNullable(context.header(API_KEY_HEADER)),
                Optional.ofNullable(context.header("Authorization")),
                client(context),
                method.equals("GET") || method.equals("HEAD"));
    }

    private static Reply failure(Exception exception, Context context) {
        return switch (exception) {
            case InvalidRequest invalid -> Reply.invalid(invalid.faults());
            case Refused refused -> Reply.error(refused.status(), String.valueOf(refused.getMessage()));
            case BadCursor _ -> Reply.invalid("after or before is not a cursor of this list");
            case MethodNotAllowedResponse refusal ->
                Reply.error(405, METHOD_NOT_ALLOWED).with("Allow", allowed(refusal));
            case HttpResponseException http -> Reply.error(http.getStatus(), String.valueOf(http.getMessage()));
            default -> outage(exception, context);
        };
    }

    // Routes with parameters named differently are routes of their own to Javalin, and name a verb twice.
    private static String allowed(MethodNotAllowedResponse refusal) {
        return refusal.getDetails().values().stream()
                .flatMap(verbs -> Arrays.stream(verbs.split(",")))
                .map(String::strip)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static Reply outage(Exception exception, Context context) {
        LOG.error("{} {} failed", context.method(), context.path(), exception);
        for (@Nullable Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientException || Database.isUnreachable(cause)) {
                return Reply.error(503, "The database does not answer. Please try again later.");
            }
        }
        return Reply.error(500, "Internal Server Error");
    }

    private void write(Context context, Reply reply) {
        context.attribute("answered", true);
        context.status(reply.status());
        SECURITY_HEADERS.forEach(context::header);
        if (https) {
            context.header("Strict-Transport-Security", "max-age=31536000");
        }
        reply.headers().forEach(context::header);
        for (var cookie : reply.cookies()) {
            context.res().addHeader("Set-Cookie", cookie);
        }
        switch (reply.body()) {
            case null -> {}
            case Reply.Html(String page) ->
                context.contentType("text/html; charset=utf-8").result(page);
            case Reply.Bytes(String type, byte[] content) ->
                context.contentType(type).result(content);
            case Reply.Stream(String type, Reply.Writing writing) -> {
                context.contentType(type);
                if (!context.method().equals(HandlerType.HEAD)) {
                    stream(context, writing);
                }
            }
            case Reply.Events events -> {
                context.contentType("text/event-stream; charset=utf-8");
                if (!context.method().equals(HandlerType.HEAD)) {
                    stream(context, out -> tell(out, events));
                }
            }
            case Object body -> {
                context.contentType(Reply.JSON);
                if (!context.method().equals(HandlerType.HEAD)) {
                    context.result(Json.bytes(body));
                }
            }
        }
    }

    private static void stream(Context context, Reply.Writing writing) {
        try {
            var out = context.res().getOutputStream();
            writing.to(out);
            out.flush();
        } catch (EofException e) {
            // Who leaves a page, or breaks off a download, has done nothing wrong, and neither have we.
            LOG.debug("{} {}: whoever has asked has gone", context.method(), context.path());
        } catch (IOException e) {
            throw new UncheckedIOException("the answer could not be written", e);
        }
    }

    /// What is new, until it is the last, or the server stops.
    private void tell(OutputStream out, Reply.Events events) throws IOException {
        byte[] told = {};
        int silent = 0;
        for (int look = 0; look < EVENT_LOOKS_MAX; look++) {
            var event = events.next().get();
            var data = Json.bytes(event.data());
            if (!Arrays.equals(data, told)) {
                told = data;
                silent = 0;
                out.write(("data: " + new String(data, StandardCharsets.UTF_8) + "\n\n")
                        .getBytes(StandardCharsets.UTF_8));
                out.flush();
            } else if (++silent % EVENT_LOOKS_SILENT_MAX == 0) {
                out.write(':');
                out.write('\n');
                out.flush();
            }
            if (event.last() || stops()) {
                return;
            }
        }
    }

    private boolean stops() {
        try {
            return closing.await(EVENT_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// What Jetty itself refuses before a route is asked: malformed requests.
    private static final class JettyErrors extends Abstract {
        @Override
        public boolean handle(org.eclipse.jetty.server.Request request, Response response, Callback callback) {
            response.getHeaders().put("Content-Type", "application/json; charset=utf-8");
            // Jetty closes it without a word, and the client's next request would be lost.
            response.getHeaders().put("Connection", "close");
            var body = Json.bytes(new Reply.Errors(List.of(status(response.getStatus()))));
            response.write(true, java.nio.ByteBuffer.wrap(body), callback);
            return true;
        }

        private static String status(int code) {
            return switch (code) {
                case 404 -> "Not Found";
                case 405 -> METHOD_NOT_ALLOWED;
                case 413 -> "Content Too Large";
                case 414 -> "URI Too Long";
                case 431 -> "Request Header Fields Too Large";
                default -> code >= 500 ? "Internal Server Error" : "Bad Request";
            };
        }
    }
}
