package reynard.delivery.smtp;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// The wire to a relay, in clear or in TLS; every wait on it has an end. Used by one thread at a time.
final class Line implements Closeable {
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Socket tcp;
    private final Deadline deadline;
    private Socket socket;
    private OutputStream out;
    private ReplyReader replies;

    private Line(Socket tcp) throws IOException {
        this.tcp = tcp;
        this.socket = tcp;
        this.out = tcp.getOutputStream();
        this.replies = new ReplyReader(tcp.getInputStream());
        this.deadline = new Deadline(tcp);
        deadline.start();
    }

    /// Connects to the first address of the host that answers; each has `limit` to do so.
    static Line connect(String host, int port, Duration limit) throws IOException {
        var failure = new ConnectException("no address to connect to");
        for (var address : InetAddress.getAllByName(host)) {
            var tcp = new Socket();
            try {
                tcp.setOption(StandardSocketOptions.TCP_NODELAY, true);
                tcp.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                tcp.connect(new InetSocketAddress(address, port), Math.toIntExact(limit.toMillis()));
                return new Line(tcp);
            } catch (IOException e) {
                tcp.close();
                failure.addSuppressed(e);
            }
        }
        throw failure.getSuppressed().length == 0 ? failure : (IOException) failure.getSuppressed()[0];
    }

    void send(String text, Duration limit) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        send(bytes, bytes.length, limit);
    }

    void send(byte[] bytes, int length, Duration limit) throws IOException {
        deadline.set(limit);
        try {
            out.write(bytes, 0, length);
            out.flush();
        } catch (IOException e) {
            throw timedOut(e, "the relay took no more bytes for " + limit);
        } finally {
            deadline.clear();
        }
    }

    Reply read(Duration limit) throws IOException {
        deadline.set(limit);
        try {
            return replies.read();
        } catch (IOException e) {
            throw timedOut(e, "no whole reply within " + limit);
        } finally {
            deadline.clear();
        }
    }

    /// Goes on in TLS. What the old reader still held is gone with it. `host` is the name to ask for, and the
    /// name that the certificate must bear if it is `checked`.
    void encrypt(SSLContext trust, String host, boolean checked, Duration limit) throws IOException {
        deadline.set(limit);
        try {
            var factory = checked ? trust.getSocketFactory() : AnyCertificate.CONTEXT.getSocketFactory();
            var tls = (SSLSocket) factory.createSocket(tcp, host, tcp.getPort(), true);
            if (checked) {
                var parameters = tls.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
            }
            tls.startHandshake();
            socket = tls;
            out = tls.getOutputStream();
            replies = new ReplyReader(tls.getInputStream());
        } catch (IOException e) {
            throw timedOut(e, "no TLS handshake within " + limit);
        } finally {
            deadline.clear();
        }
    }

    boolean isEncrypted() {
        return socket instanceof SSLSocket;
    }

    boolean isLoopback() {
        return tcp.getInetAddress().isLoopbackAddress();
    }

    /// Whether the relay has said something that is not yet read.
    boolean hasUnread() throws IOException {
        return replies.hasUnread();
    }

    boolean isClosed() {
        return tcp.isClosed();
    }

    boolean isTimedOut() {
        return deadline.isExpired();
    }

    private IOException timedOut(IOException cause, String message) {
        if (!deadline.isExpired()) {
            return cause;
        }
        var timeout = new SocketTimeoutException(message);
        timeout.initCause(cause);
        return timeout;
    }

    /// Takes leave and closes, without waiting for an answer.
    void quit() {
        deadline.set(FAREWELL);
        try {
            out.write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.close();
        } catch (IOException _) {
            // It was a courtesy; whoever is gone does not miss it.
        }
        close();
    }

    /// Closes at once and in silence, whatever is under way.
    @Override
    public void close() {
        deadline.close();
        try {
            tcp.close();
        } catch (IOException _) {
            // Closed as far as it can be.
        }
    }
}
