package reynard.bench;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// An SMTP server that takes everything and may think about each message for a while before it answers its final dot.
final class SlowSink implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    private volatile Duration thought = Duration.ZERO;
    private final AtomicLong taken = new AtomicLong();

    /// It answers at once as long as nobody slows it down.
    SlowSink() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    /// @param time that it thinks about each message from now on
    void slowDown(Duration time) {
        thought = time;
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                var client = socket.accept();
                Thread.ofVirtual().start(() -> converse(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void converse(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            var out = new BufferedOutputStream(client.getOutputStream());
            say(out, "220 sink");
            out.flush();
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                switch (line.split("[ :]", 2)[0].toUpperCase(java.util.Locale.ROOT)) {
                    case "EHLO" -> say(out, "250-sink\r\n250 PIPELINING");
                    case "DATA" -> {
                        say(out, "354 go on");
                        out.flush();
                        while (!".".equals(line)) {
                            line = in.readLine();
                            if (line == null) {
                                return;
                            }
                        }
                        Thread.sleep(thought);
                        taken.incrementAndGet();
                        say(out, "250 taken");
                    }
                    case "QUIT" -> {
                        say(out, "221 bye");
                        out.flush();
                        return;
                    }
                    default -> say(out, "250 ok");
                }
                // What came together is answered together, as servers do (RFC 2920, 3.2).
                if (!in.ready()) {
                    out.flush();
                }
            }
        } catch (IOException e) {
            // The client has gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
