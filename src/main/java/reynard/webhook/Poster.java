package reynard.webhook;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamRequestContent;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Posts to URLs that strangers have written.
///
/// A host's name is asked for once for each attempt; if one of its addresses is out of reach, nobody is connected to;
/// otherwise to those very addresses, under the name's own `Host` and SNI. No redirect, proxy, cookie or login is
/// followed, used, kept or given. An attempt ends in bounded time, and of an answer only its beginning is read.
///
/// Threads: any number; a caller waits without holding a platform thread.
public final class Poster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Poster.class);
    private static final String JSON = "application/json";
    private static final int RESOLVING_MAX = 16;
    private static final int CONNECTIONS_MAX = 1_024;
    private static final int HEADER_BYTES_MAX = 16_384;
    private static final Duration GRACE = Duration.ofSeconds(5);

    /// How long what may take, and how much is read.
    public record Limits(Duration resolve, Duration connect, Duration total, int bodyBytesMax) {
        public static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(30), 65_536);
    }

    private final Reach reach;
    private final NameResolver names;
    private final Limits limits;
    private final Optional<SSLContext> trust;
    private @Nullable HttpClient client;
    private @Nullable ExecutorService resolving;
    private boolean closed;

    /// @param trust empty: whom the JDK trusts
    public Poster(Reach reach, NameResolver names, Limits limits, Optional<SSLContext> trust) {
        this.reach = reach;
        this.names = names;
        this.limits = limits;
        this.trust = trust;
    }

    /// Waits for the answer, or for the time to be up.
    Answer post(URI url, Map<String, String> headers, byte[] body) {
        return post(url, headers, new BytesRequestContent(JSON, body));
    }

    /// The same with a body that is read while it is sent.
    ///
    /// @param length of the body in bytes
    Answer post(URI url, InputStream body, long length) {
        return post(url, Map.of(), new InputStreamRequestContent(JSON, body, null) {
            @Override
            public long getLength() {
                return length;
            }
        });
    }

    private Answer post(URI url, Map<String, String> headers, Request.Content body) {
        var reading = new Reading(limits.bodyBytesMax());
        try {
            started()
                    .newRequest(url)
                    .method(HttpMethod.POST)
                    .headers(fields -> {
                        headers.forEach(fields::put);
                        // Every attempt asks for the addresses anew.
                        fields.put(HttpHeader.CONNECTION, "close");
                    })
                    .body(body)
                    .timeout(limits.total().toMillis(), TimeUnit.MILLISECONDS)
                    .send(reading);
            return reading.answer.get(limits.total().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Silent("interrupted");
        } catch (TimeoutException e) {
            return new Answer.Silent("no answer in time");
        } catch (Exception e) {
            return unanswered(e);
        }
    }

    /// Many servers never post anything, so the client's threads begin with the first use.
    private synchronized HttpClient started() throws Exception {
        if (closed) {
            throw new IOException("the server stops");
        }
        if (client == null) {
            resolving = Executors.newFixedThreadPool(
                    RESOLVING_MAX,
                    Thread.ofPlatform().daemon(true).name("webhook-names-", 0).factory());
            client = start(resolving);
        }
        return client;
    }

    private HttpClient start(ExecutorService nameThreads) throws Exception {
        var threads = new QueuedThreadPool(16, 1);
        threads.setName("webhook-http");
        threads.setDaemon(true);
        var ssl = new SslContextFactory.Client();
        trust.ifPresent(ssl::setSslContext);
        var connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setExecutor(threads);
        connector.setScheduler(new ScheduledExecutorScheduler("webhook-timer", true));
        connector.setSslContextFactory(ssl);
        connector.setConnectTimeout(limits.connect());
        var starting = new HttpClient(new HttpClientTransportOverHTTP(connector));
        starting.setSocketAddressResolver(resolver(nameThreads));
        starting.setFollowRedirects(false);
        starting.setHttpCookieStore(new HttpCookieStore.Empty());
        starting.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "Reynard"));
        starting.setMaxConnectionsPerDestination(CONNECTIONS_MAX);
        starting.setMaxRequestsQueuedPerDestination(CONNECTIONS_MAX);
        starting.setMaxResponseHeadersSize(HEADER_BYTES_MAX);
        starting.setDestinationIdleTimeout(10_000);
        starting.start();
        // What is left reads informational answers (1xx); an answer is taken as it comes, not unpacked.
        starting.getContentDecoderFactories().clear();
        for (var name : List.of(
                RedirectProtocolHandler.NAME,
                WWWAuthenticationProtocolHandler.NAME,
                ProxyAuthenticationProtocolHandler.NAME)) {
            starting.getProtocolHandlers().remove(name);
        }
        return starting;
    }

    private SocketAddressResolver resolver(ExecutorService nameThreads) {
        return (host, port, _, promise) -> {
            // Asking for a name blocks its thread, and the time it takes is not ours to bound but by leaving.
            var _ = CompletableFuture.supplyAsync(() -> checked(host), nameThreads)
                    .orTimeout(limits.resolve().toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((addresses, failure) -> tell(promise, host, port, addresses, failure));
        };
    }

    private static void tell(
            Promise<List<InetSocketAddress>> promise,
            String host,
            int port,
            @Nullable List<InetAddress> addresses,
            @Nullable Throwable failure) {
        if (addresses != null) {
            promise.succeeded(addresses.stream()
                    .map(address -> new InetSocketAddress(named(host, address), port))
                    .toList());
        } else {
            promise.failed(
                    failure instanceof TimeoutException ? new UnknownHostException("no answer from DNS") : failure);
        }
    }

    /// TLS asks for, and checks, the name that the address bears.
    private static InetAddress named(String host, InetAddress address) {
        try {
            return InetAddress.getByAddress(host, address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /// All addresses of a host, every one of which may be connected to.
    List<InetAddress> checked(String host) {
        List<InetAddress> addresses;
        try {
            addresses = names.resolve(host);
        } catch (UnknownHostException e) {
            throw new CompletionException(e);
        }
        for (var address : addresses) {
            if (!reach.allows(address)) {
                throw new OutOfReach(host, address);
            }
        }
        return addresses;
    }

    /// The host has an address that may not be connected to.
    static final class OutOfReach extends RuntimeException {
        OutOfReach(String host, InetAddress address) {
            super(
                    host + " has the address " + address.getHostAddress()
                            + ", which is neither public nor in a listed network",
                    null,
                    false,
                    false);
        }
    }

    private static Answer unanswered(@Nullable Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfReach refusal) {
                return new Answer.Refused(String.valueOf(refusal.getMessage()));
            }
        }
        return new Answer.Silent(sentence(failure));
    }

    private static String sentence(@Nullable Throwable failure) {
        var cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case null -> "no answer";
            case TimeoutException _ -> "no answer in time";
            case UnknownHostException unknown -> "unknown host: " + unknown.getMessage();
            default -> cause.getClass().getSimpleName() + ": " + cause.getMessage();
        };
    }

    /// Reads an answer up to its bound, and counts as answered whatever has a status.
    private static final class Reading implements Response.Listener {
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
        private final int bytesMax;
        private boolean begun;

        Reading(int bytesMax) {
            this.bytesMax = bytesMax;
        }

        @Override
        public void onHeaders(Response response) {
            begun = true;
        }

        @Override
        public void onContent(Response response, ByteBuffer content) {
            var bytes = new byte[Math.min(content.remaining(), bytesMax - beginning.size())];
            content.get(bytes);
            beginning.writeBytes(bytes);
            if (beginning.size() >= bytesMax) {
                var _ = response.abort(new IOException("the answer is longer than anybody reads"));
            }
        }

        @Override
        public void onComplete(Result result) {
            var response = result.getResponse();
            answer.complete(
                    begun
                            ? new Answer.Answered(
                                    response.getStatus(),
                                    Optional.ofNullable(response.getHeaders().get(HttpHeader.RETRY_AFTER)),
                                    beginning.toString(StandardCharsets.UTF_8))
                            : unanswered(result.getFailure()));
        }
    }

    /// Ends what is under way.
    @Override
    public void close() {
        @Nullable HttpClient stopping;
        synchronized (this) {
            closed = true;
            stopping = client;
            if (resolving != null) {
                resolving.shutdownNow();
            }
        }
        if (stopping != null) {
            try {
                stopping.stop();
            } catch (Exception e) {
                LOG.error("the HTTP client did not stop cleanly", e);
            }
        }
    }
}
