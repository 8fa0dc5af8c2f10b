package reynard.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.net.Proxies;

/// Clients that take their time, on real sockets, and a server whose limits are tenths of seconds.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowClientsTest {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int CONNECTIONS = 40;

    private final HttpServer server = start(Proxies.NONE, Duration.ofSeconds(5));

    private static HttpServer start(Proxies proxies, Duration silenceMax) {
        var limits =
                new HttpServer.Limits(silenceMax, Duration.ofMillis(200), Duration.ofMillis(200), 100_000, CONNECTIONS);
        var routes = new Routes()
                .open(Routes.Verb.GET, "/address", request -> Reply.ok(Map.of("address", request.address())))
                .open(Routes.Verb.POST, "/length", request -> Reply.ok(Map.of("length", request.body().length)))
                .open(Routes.Verb.POST, "/items", request -> {
                    request.stream("items", _ -> {});
                    return Reply.ok(Map.of());
                });
        return HttpServer.start(
                "127.0.0.1",
                0,
                routes,
                (_, _) -> new Gate.Entry.Unknown("nobody"),
                (_, _, _, work) -> work.get(),
                false,
                limits,
                proxies);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static Socket connect(HttpServer to) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), to.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /// Everything that comes until the server closes the connection.
    private static String rest(Socket socket) throws IOException {
        var text = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(text);
        } catch (SocketException _) {
            // Closed while something was on its way to the server.
        }
        return text.toString(US_ASCII);
    }

    /// Sends the text byte by byte until it is told to stop.
    private static void dripping(Socket socket, String text, CountDownLatch stop) {
        Thread.ofVirtual().start(() -> {
            try {
                for (byte one : text.getBytes(US_ASCII)) {
                    if (stop.await(20, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    socket.getOutputStream().write(one);
                }
            } catch (IOException | InterruptedException _) {
                return;
            }
        });
    }

    private static String get(HttpServer from, String headers) throws IOException {
        try (var socket = connect(from)) {
            socket.getOutputStream()
                    .write(("GET /address HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n")
                            .getBytes(US_ASCII));
            return rest(socket);
        }
    }

    @Test
    void a_head_that_does_not_come_to_its_end_closes_the_connection() throws IOException {
        var stop = new CountDownLatch(1);
        try (var socket = connect(server)) {
            dripping(socket, "GET /address HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(10_000), stop);

            assertThat(rest(socket)).isEmpty();
        } finally {
            stop.countDown();
        }
    }

    @Test
    void a_connection_on_which_nothing_is_asked_is_closed() throws IOException {
        try (var socket = connect(server)) {
            assertThat(rest(socket)).isEmpty();
        }
    }

    @Test
    void a_second_head_has_as_long_as_the_first() throws IOException {
        var stop = new CountDownLatch(1);
        try (var socket = connect(server)) {
            socket.getOutputStream().write("GET /address HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
            var first = new byte[12];
            assertThat(socket.getInputStream().readNBytes(first, 0, 12)).isEqualTo(12);
            dripping(socket, "GET /address HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(10_000), stop);

            assertThat(rest(socket)).containsOnlyOnce("127.0.0.1");
        } finally {
            stop.countDown();
        }
    }

    @Test
    void an_idle_connection_is_closed_in_time() throws IOException {
        try (var idle = start(Proxies.NONE, Duration.ofMillis(300));
                var socket = connect(idle)) {
            socket.getOutputStream().write("GET /address HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));

            assertThat(rest(socket)).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void a_body_that_drips_is_408_and_closes_the_connection() throws IOException {
        for (var path : new String[] {"/length", "/items"}) {
            var stop = new CountDownLatch(1);
            try (var socket = connect(server)) {
                socket.getOutputStream()
                        .write(("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n{\"items\":[")
                                .getBytes(US_ASCII));
                dripping(socket, " ".repeat(9_000), stop);

                assertThat(rest(socket)).startsWith("HTTP/1.1 408").contains("The request body comes too slowly");
            } finally {
                stop.countDown();
            }
        }
    }

    @Test
    void a_body_that_stays_away_is_408_too() throws IOException {
        try (var silent = start(Proxies.NONE, Duration.ofMillis(300));
                var socket = connect(silent)) {
            socket.getOutputStream()
                    .write("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\nx".getBytes(US_ASCII));

            assertThat(rest(socket)).startsWith("HTTP/1.1 408").contains("{\"errors\":[");
        }
    }

    @Test
    void a_body_that_comes_as_it_should_has_time() throws IOException {
        try (var socket = connect(server)) {
            socket.getOutputStream()
                    .write("POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n"
                            .getBytes(US_ASCII));
            socket.getOutputStream().write(new byte[900_000]);

            assertThat(rest(socket)).startsWith("HTTP/1.1 200").contains("{\"length\":900000}");
        }
    }

    @Test
    void a_packed_body_is_415_however_much_is_in_it() throws IOException {
        var bomb = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[10_000_000]);
        }
        for (var encoding : new String[] {"gzip", "br", "gzip, gzip", "nonsense"}) {
            try (var socket = connect(server)) {
                socket.getOutputStream()
                        .write(("POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: " + encoding
                                        + "\r\nContent-Length: " + bomb.size() + "\r\n\r\n")
                                .getBytes(US_ASCII));
                socket.getOutputStream().write(bomb.toByteArray());

                assertThat(rest(socket)).startsWith("HTTP/1.1 415").contains("must not be encoded: ");
            }
        }
    }

    @Test
    void slow_clients_keep_nobody_else_waiting() throws IOException {
        var stop = new CountDownLatch(1);
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < CONNECTIONS - 10; i++) {
                slow.add(connect(server));
                dripping(slow.getLast(), "POST /length HTTP/1.1\r\nHost: x\r\n" + "X: ".repeat(1_000), stop);
            }
            for (int i = 0; i < 20; i++) {
                long began = System.nanoTime();
                assertThat(get(server, "")).startsWith("HTTP/1.1 200");
                assertThat(System.nanoTime() - began).isLessThan(2_000_000_000L);
            }
            for (var socket : slow) {
                assertThat(rest(socket)).isEmpty();
            }
        } finally {
            stop.countDown();
            for (var socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void one_address_has_only_so_many_connections_unless_it_is_a_trusted_proxy() throws IOException {
        for (var proxies : new Proxies[] {Proxies.NONE, Proxies.parse("127.0.0.0/8")}) {
            try (var crowded = start(proxies, Duration.ofSeconds(5))) {
                var open = new ArrayList<Socket>();
                try {
                    for (int i = 0; i < CONNECTIONS; i++) {
                        var socket = connect(crowded);
                        open.add(socket);
                        socket.getOutputStream().write("GET /address HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
                        assertThat(socket.getInputStream().read()).isEqualTo('H');
                    }
                    assertThat(get(crowded, "").startsWith("HTTP/1.1 200")).isEqualTo(proxies.include("127.0.0.1"));
                } finally {
                    for (var socket : open) {
                        socket.close();
                    }
                }
            }
        }
    }

    @Test
    void a_trusted_proxy_says_who_asks_and_nobody_else() throws IOException {
        var header = "X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\n";
        try (var proxied = start(Proxies.parse("127.0.0.1"), Duration.ofSeconds(5))) {
            assertThat(get(proxied, header)).contains("{\"address\":\"198.51.100.7\"}");
        }
        assertThat(get(server, header)).contains("{\"address\":\"127.0.0.1\"}");
    }
}
