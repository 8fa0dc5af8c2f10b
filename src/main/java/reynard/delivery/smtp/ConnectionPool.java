package reynard.delivery.smtp;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Connections that wait between messages, so that the next message to the same relay saves the handshakes.
///
/// Keeps at most [Relay#connections] idle ones per relay, each for 60 seconds or the time given; how many are
/// in use is up to the callers. Safe for many threads.
public final class ConnectionPool implements AutoCloseable {
    public static final Duration IDLE_DEFAULT = Duration.ofSeconds(60);

    private final SmtpSettings settings;
    private final InstantSource clock;
    private final Duration idleMax;
    private final Map<Relay, Deque<Idle>> idle = new HashMap<>();
    private boolean closed;

    private record Idle(SmtpConnection connection, Instant since) {}

    public ConnectionPool(SmtpSettings settings, InstantSource clock, Duration idleMax) {
        this.settings = settings;
        this.clock = clock;
        this.idleMax = idleMax;
    }

    /// The connection to the relay that became idle last, else a new one. The caller gives it back.
    ///
    /// An idle connection may turn out closed by the relay: `begin` then answers `Stale`, and taking again is
    /// right.
    public Opening take(Relay relay) {
        closeIdle();
        var connection = takeIdle(relay);
        return connection == null ? open(relay) : new Opening.Opened(connection);
    }

    /// A new connection, whoever waits. The caller gives it back or closes it.
    public Opening open(Relay relay) {
        return SmtpConnection.open(relay, settings);
    }

    private synchronized @Nullable SmtpConnection takeIdle(Relay relay) {
        if (closed) {
            throw new IllegalStateException("the pool is closed");
        }
        var waiting = idle.get(relay);
        if (waiting == null || waiting.isEmpty()) {
            return null;
        }
        // Where the last reply is not on record yet, the next message would have to wait.
        for (var newest = waiting.descendingIterator(); newest.hasNext(); ) {
            var connection = newest.next().connection();
            if (connection.isOnRecord()) {
                newest.remove();
                return connection;
            }
        }
        return waiting.removeLast().connection();
    }

    /// Takes a connection back, whatever state it is in. One that can carry no further message is closed, as soon as
    /// its last reply is on record.
    public void giveBack(SmtpConnection connection) {
        if (!connection.isReusable() || !keep(connection)) {
            connection.awaitRecord();
            connection.close();
        }
    }

    private synchronized boolean keep(SmtpConnection connection) {
        var relay = connection.relay();
        var waiting = idle.computeIfAbsent(relay, _ -> new ArrayDeque<>());
        if (closed || waiting.size() >= relay.connections()) {
            return false;
        }
        waiting.addLast(new Idle(connection, clock.instant()));
        return true;
    }

    /// Closes those that have been idle too long. Taking does so too; a loop that takes nothing calls it now
    /// and then. One whose last reply is not on record yet stays: no other is opened in its place.
    public void closeIdle() {
        var oldest = clock.instant().minus(idleMax);
        removeWhile(idle -> !idle.since().isAfter(oldest) && idle.connection().isOnRecord())
                .forEach(SmtpConnection::close);
    }

    /// Takes out those that became idle first, as long as they are such.
    private synchronized List<SmtpConnection> removeWhile(Predicate<Idle> such) {
        var removed = new ArrayList<SmtpConnection>();
        for (var waiting : idle.values()) {
            while (!waiting.isEmpty() && such.test(waiting.getFirst())) {
                removed.add(waiting.removeFirst().connection());
            }
        }
        return removed;
    }

    /// How many connections are idle, to all relays.
    public synchronized int idleCount() {
        return idle.values().stream().mapToInt(Deque::size).sum();
    }

    /// Closes all idle connections; those in use are closed as they come back.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        removeWhile(_ -> true).forEach(SmtpConnection::close);
    }
}
