package reynard.contract;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import reynard.testing.TestServer;

/// Requests that no decent HTTP client sends.
final class RawHttp {
    private static final int TIMEOUT_MILLIS = 20_000;

    private RawHttp() {}

    record Answer(int status, String head, String body) {
        boolean isJson() {
            return head.toLowerCase(Locale.ROOT).contains("content-type: application/json");
        }
    }

    /// Sends one request line with a key and further headers, each ending in CR LF, and what follows them.
    static Answer send(TestServer server, String requestLine, String headers, String rest) {
        return send(server, requestLine, headers, rest, "close");
    }

    /// The same without a body, by another name of the server's.
    static Answer sendAs(TestServer server, String host, String requestLine, String headers) {
        return send(server, host, requestLine, headers, "", "close");
    }

    /// @param connection what the client wants of it; one that the server keeps is read from until the time is up
    static Answer send(TestServer server, String requestLine, String headers, String rest, String connection) {
        return send(server, "localhost", requestLine, headers, rest, connection);
    }

    private static Answer send(
            TestServer server, String host, String requestLine, String headers, String rest, String connection) {
        var head = requestLine + " HTTP/1.1\r\nHost: " + host + "\r\nX-Kit-Api-Key: " + TestServer.API_KEY
                + "\r\nConnection: " + connection + "\r\n" + headers + "\r\n";
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            write(socket.getOutputStream(), head + rest);
            return parsed(read(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // A server that refuses early need not read to the end.
    private static void write(OutputStream out, String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException _) {
            return;
        }
    }

    // It may reset the connection once it has answered.
    private static String read(Socket socket) throws IOException {
        var text = new StringBuilder();
        var buffer = new byte[8_192];
        var in = socket.getInputStream();
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                text.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            if (text.isEmpty()) {
                throw e;
            }
        }
        return text.toString();
    }

    private static Answer parsed(String text) {
        int end = text.indexOf("\r\n\r\n");
        return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(0, end), text.substring(end + 4));
    }
}
