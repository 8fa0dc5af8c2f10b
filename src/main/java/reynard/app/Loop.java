package reynard.app;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does a piece of work again and again: at once while there is some, otherwise when it is woken or a pause is over.
final class Loop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final String name;
    private final Duration pause;
    private final IntSupplier work;
    private final Semaphore wakings = new Semaphore(0);
    private final Thread thread;
    private volatile boolean stopping;

    private Loop(String name, Duration pause, IntSupplier work) {
        this.name = name;
        this.pause = pause;
        this.work = work;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    /// @param work answers how much was done; zero means that there is nothing to do now
    static Loop start(String name, Duration pause, IntSupplier work) {
        var loop = new Loop(name, pause, work);
        loop.thread.start();
        return loop;
    }

    void wake() {
        wakings.release();
    }

    private void run() {
        while (!stopping) {
            try {
                if (work.getAsInt() == 0) {
                    rest(pause);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                // The next round tries again; what it works on is in the database.
                LOG.error("{}: a round failed", name, e);
                restAfterFailure();
            }
        }
    }

    private void rest(Duration atMost) throws InterruptedException {
        if (wakings.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            wakings.drainPermits();
        }
    }

    private void restAfterFailure() {
        try {
            rest(AFTER_FAILURE);
        } catch (InterruptedException e) {
            stopping = true;
        }
    }

    /// Waits for the round under way.
    @Override
    public void close() {
        stopping = true;
        wake();
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
