package reynard.delivery.smtp;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Ends a socket that lets us wait too long, whatever we wait for: a reply that comes byte by byte, a TLS
/// handshake, a relay that no longer reads. A read timeout bounds only the next byte, and a blocking write has
/// none.
///
/// One virtual thread sleeps beside each connection. Setting and clearing cost one volatile write, since the
/// thread looks again only when the time it sleeps for is over; it is woken early only for a limit that ends
/// sooner.
///
/// Used by one thread at a time.
final class Deadline implements AutoCloseable {
    private static final long NONE = Long.MAX_VALUE;
    private static final long EXPIRED = Long.MIN_VALUE;
    private static final long IDLE_LOOK = Duration.ofMinutes(1).toNanos();

    private final long origin = System.nanoTime();
    /// Nanoseconds since the origin; so never negative, and the two marks cannot be met by counting.
    private final AtomicLong end = new AtomicLong(NONE);

    private final Closeable victim;
    private final Thread watcher;
    private volatile long wakesAt = NONE;
    private volatile boolean closed;

    Deadline(Closeable victim) {
        this.victim = victim;
        this.watcher = Thread.ofVirtual().name("smtp-deadline").unstarted(this::watch);
    }

    void start() {
        watcher.start();
    }

    void set(Duration limit) {
        long at = now() + limit.toNanos();
        if (end.getAndUpdate(current -> current == EXPIRED ? EXPIRED : at) != EXPIRED && at < wakesAt) {
            LockSupport.unpark(watcher);
        }
    }

    void clear() {
        end.updateAndGet(current -> current == EXPIRED ? EXPIRED : NONE);
    }

    boolean isExpired() {
        return end.get() == EXPIRED;
    }

    private void watch() {
        while (!closed) {
            long now = now();
            long current = end.get();
            if (current <= now && end.compareAndSet(current, EXPIRED)) {
                closeVictim();
                return;
            }
            wakesAt = Math.min(current, now + IDLE_LOOK);
            // A limit set between the two lines above would find the old waking time; so look again before sleeping.
            if (end.get() >= wakesAt && !closed) {
                LockSupport.parkNanos(wakesAt - now);
            }
        }
    }

    private void closeVictim() {
        try {
            victim.close();
        } catch (IOException _) {
            // The socket is of no more use either way, and whoever waits on it is woken.
        }
    }

    private long now() {
        return System.nanoTime() - origin;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watcher);
    }
}
