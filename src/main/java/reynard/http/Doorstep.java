package reynard.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import reynard.net.Proxies;

/// Closes connections that take a place and ask for nothing: those on which a request's head does not come to its
/// end, and more of one address than a client needs. Jetty's own limit is of silence, and one byte every ten seconds
/// is none.
///
/// Threads: any.
final class Doorstep extends AbstractLifeCycle implements Connection.Listener {
    private static final int LOOKS = 4;

    private final Connector connector;
    private final HttpServer.Limits limits;
    private final Proxies proxies;
    private final Map<HttpConnection, Head> connections = new ConcurrentHashMap<>();
    private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
    private volatile Scheduler.@Nullable Task next;

    Doorstep(Connector connector, HttpServer.Limits limits, Proxies proxies) {
        this.connector = connector;
        this.limits = limits;
        this.proxies = proxies;
    }

    /// A request's head that was seen not to be complete.
    ///
    /// @param address of the client, which a closed connection does not know any more
    /// @param requests how many have begun on the connection
    /// @param since of [System#nanoTime]
    private record Head(String address, long requests, long since) {}

    @Override
    public void onOpened(Connection connection) {
        if (!(connection instanceof HttpConnection http)) {
            return;
        }
        var address = address(http);
        connections.put(http, new Head(address, 0, System.nanoTime()));
        int open = byAddress.merge(address, 1, Integer::sum);
        if (open > limits.connectionsOfOneAddress() && !proxies.include(address)) {
            http.getEndPoint().close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        if (connection instanceof HttpConnection http) {
            var head = connections.remove(http);
            if (head != null) {
                byAddress.computeIfPresent(head.address(), (_, open) -> open == 1 ? null : open - 1);
            }
        }
    }

    private static String address(HttpConnection connection) {
        return connection.getEndPoint().getRemoteSocketAddress() instanceof java.net.InetSocketAddress remote
                ? remote.getAddress().getHostAddress()
                : "";
    }

    @Override
    protected void doStart() {
        look();
    }

    @Override
    protected void doStop() {
        var task = next;
        if (task != null) {
            task.cancel();
        }
    }

    private void look() {
        long now = System.nanoTime();
        connections.replaceAll((connection, head) -> seen(connection, head, now));
        if (isRunning() || isStarting()) {
            next = connector
                    .getScheduler()
                    .schedule(this::look, limits.headMax().toMillis() / LOOKS, TimeUnit.MILLISECONDS);
        }
    }

    private Head seen(HttpConnection connection, Head head, long now) {
        long requests = connection.getMessagesIn();
        var parser = connection.getParser();
        // Between two requests a connection may be idle for longer; before the first it may not.
        boolean comes = parser.isStart() ? requests == 0 : parser.inHeaderState();
        if (!comes || requests != head.requests()) {
            return new Head(head.address(), requests, now);
        }
        if (now - head.since() > limits.headMax().toNanos()) {
            connection.getEndPoint().close();
        }
        return head;
    }
}
