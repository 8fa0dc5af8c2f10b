package reynard.bounce;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes returned mail by SMTP, or by LMTP from a mail server in front of it (RFC 2033), on one port: a client that
/// says LHLO gets an answer for each recipient.
///
/// Whatever it answers 250 to is durable. It never sends anything, so there is nothing to be answered and nobody to be
/// relayed for.
///
/// Threads: one that accepts, and a virtual one for each connection.
public final class BounceListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BounceListener.class);
    private static final int CONNECTIONS_MAX = 100;
    private static final int BACKLOG = 50;
    private static final int SILENCE_MILLIS = 120_000;

    private final Bounces bounces;
    private final Optional<String> domain;
    private final ServerSocket socket;
    private final Thread accepting;
    private final Semaphore free = new Semaphore(CONNECTIONS_MAX);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private BounceListener(Bounces bounces, Optional<String> domain, ServerSocket socket) {
        this.bounces = bounces;
        this.domain = domain;
        this.socket = socket;
        this.accepting = Thread.ofPlatform().name("bounces").unstarted(this::accept);
    }

    /// @param domain mail to other domains is refused; empty: any is taken
    /// @param port 0 for any free one
    /// @throws IOException when the port is not to be had
    public static BounceListener start(Bounces bounces, Optional<String> domain, String host, int port)
            throws IOException {
        var socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port), BACKLOG);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        var listener = new BounceListener(bounces, domain, socket);
        listener.accepting.start();
        return listener;
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                free.acquireUninterruptibly();
                var connection = socket.accept();
                open.add(connection);
                Thread.ofVirtual().name("bounce").start(() -> serve(connection));
            } catch (IOException e) {
                free.release();
                if (!socket.isClosed()) {
                    LOG.error("the listener for returned mail could not accept a connection", e);
                }
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setSoTimeout(SILENCE_MILLIS);
            new Conversation(bounces, domain, connection.getInputStream(), connection.getOutputStream()).run();
        } catch (IOException e) {
            LOG.debug("a connection with returned mail ended", e);
        } finally {
            open.remove(connection);
            free.release();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (var connection : open) {
                connection.close();
            }
            accepting.join();
        } catch (IOException e) {
            LOG.warn("the listener for returned mail did not close cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
