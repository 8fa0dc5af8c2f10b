package reynard.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has been started, to be stopped in the reverse order, by whoever comes first: the one who started it, or the
/// signal that ends the program.
///
/// Threads: any. A part is started and stopped under one lock, so whoever stops while a part is starting waits for it
/// and stops it too; nothing starts afterwards.
public final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private boolean closed;

    /// How to start a part.
    @FunctionalInterface
    public interface Starting<T extends AutoCloseable, E extends Exception> {
        T start() throws E;
    }

    /// Starts a part and keeps it.
    ///
    /// @throws IllegalStateException when the parts have been stopped
    public synchronized <T extends AutoCloseable, E extends Exception> T start(Starting<T, E> part) throws E {
        if (closed) {
            throw new IllegalStateException("stopped while starting");
        }
        var started = part.start();
        open.push(started);
        return started;
    }

    /// Stops every part, also after one that does not stop cleanly; nothing when all are stopped.
    @Override
    public synchronized void close() {
        closed = true;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                LOG.error("a part did not stop cleanly", e);
            }
        }
    }
}
