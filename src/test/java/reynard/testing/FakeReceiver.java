package reynard.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/// Somebody's server that webhooks are posted to: takes each request whole, remembers it, and answers as it is told,
/// 200
/// when it is told nothing.
public final class FakeReceiver implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServerSocket listening;
    private final boolean tls;
    private final List<Received> received = new ArrayList<>();
    private final Deque<Behaviour> behaviours = new ArrayDeque<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private Behaviour usual = status(200);

    private FakeReceiver(ServerSocket listening, boolean tls) {
        this.listening = listening;
        this.tls = tls;
        Thread.ofPlatform().name("fake-receiver").daemon(true).start(this::accept);
    }

    public static FakeReceiver start() {
        return on("127.0.0.1");
    }

    /// On another address of this machine.
    public static FakeReceiver on(String address) {
        try {
            return new FakeReceiver(new ServerSocket(0, 200, InetAddress.getByName(address)), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static FakeReceiver withTls(SSLContext context) {
        try {
            var socket = context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            return new FakeReceiver(socket, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is done with a request that has been read.
    @FunctionalInterface
    public interface Behaviour {
        void answer(OutputStream out) throws IOException;
    }

    /// An answer with a short body.
    ///
    /// @param headers whole lines
    public static Behaviour status(int code, String... headers) {
        return out -> {
            var lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
            var body = "said " + code;
            out.write(("HTTP/1.1 " + code + " Whatever\r\n" + lines + "Content-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .getBytes(StandardCharsets.US_ASCII));
        };
    }

    /// Nothing at all, until [#release] or the end.
    public Behaviour silence() {
        return _ -> awaitRelease();
    }

    private void awaitRelease() {
        try {
            assertThat(released.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void release() {
        released.countDown();
    }

    /// What the next requests get, one each.
    public FakeReceiver then(Behaviour... next) {
        synchronized (received) {
            behaviours.addAll(List.of(next));
        }
        return this;
    }

    /// What all requests get that nothing else is said for.
    public FakeReceiver usually(Behaviour behaviour) {
        synchronized (received) {
            usual = behaviour;
        }
        return this;
    }

    /// A request as it came; names of headers in lower case.
    public record Received(String requestLine, Map<String, String> headers, byte[] body) {
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public List<Received> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    public Received last() {
        return received().getLast();
    }

    /// Forgets what came so far.
    public void forget() {
        synchronized (received) {
            received.clear();
        }
    }

    public void awaitReceived(int count) {
        synchronized (received) {
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (received.size() < count) {
                long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("received " + received.size() + " of " + count);
                }
                try {
                    received.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /// How many connections were opened, with or without a request.
    public int connections() {
        return connections.get();
    }

    public int port() {
        return listening.getLocalPort();
    }

    public String url() {
        return (tls ? "https" : "http") + "://" + listening.getInetAddress().getHostAddress() + ":" + port() + "/hook";
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                var socket = listening.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // Closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var request = read(new BufferedInputStream(socket.getInputStream()));
            Behaviour behaviour;
            synchronized (received) {
                received.add(request);
                received.notifyAll();
                behaviour = behaviours.isEmpty() ? usual : behaviours.removeFirst();
            }
            var out = socket.getOutputStream();
            behaviour.answer(out);
            out.flush();
        } catch (IOException e) {
            // The other side hung up, which tests see by what it does next.
        } finally {
            open.remove(socket);
        }
    }

    private static Received read(InputStream in) throws IOException {
        var requestLine = line(in);
        var headers = new TreeMap<String, String>();
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(java.util.Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Received(requestLine, headers, in.readNBytes(length));
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the line ends early");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII).stripTrailing();
    }

    @Override
    public void close() {
        release();
        try {
            listening.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
