package reynard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// An SMTP server that takes everything and thinks about each message for a while before it answers its final dot.
final class SlowSink implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    private final Duration thought;
    private final AtomicLong taken = new AtomicLong();

    SlowSink(Duration thought) throws IOException {
        this.thought = thought;
        Thread.ofVirtual().start(this::accept);
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
            say(client, "220 sink");
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                switch (line.split("[ :]", 2)[0].toUpperCase(java.util.Locale.ROOT)) {
                    case "EHLO" -> say(client, "250-sink\r\n250 PIPELINING");
                    case "DATA" -> {
                        say(client, "354 go on");
                        while (!".".equals(line)) {
                            line = in.readLine();
                            if (line == null) {
                                return;
                            }
                        }
                        Thread.sleep(thought);
                        taken.incrementAndGet();
                        say(client, "250 taken");
                    }
                    case "QUIT" -> {
                        say(client, "221 bye");
                        return;
                    }
                    default -> say(client, "250 ok");
                }
            }
        } catch (IOException e) {
            // The client has gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        client.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
