package reynard.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reynard.delivery.Rescuer;
import reynard.delivery.Sender;
import reynard.enrollment.Replanner;
import reynard.enrollment.Retimer;
import reynard.enrollment.Walker;

/// Everything that moves by itself. On the system clock each part runs in a loop of its own; on a virtual clock they
/// are run by hand, and are the same.
final class Engine implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration RESCUE_PAUSE = Duration.ofSeconds(5);

    private final Retimer retimer;
    private final Replanner replanner;
    private final Walker walker;
    private final Sender sender;
    private final Rescuer rescuer;
    private final List<Loop> loops = new ArrayList<>();
    private volatile @Nullable Loop senderLoop;

    Engine(Retimer retimer, Replanner replanner, Walker walker, Sender sender, Rescuer rescuer) {
        this.retimer = retimer;
        this.replanner = replanner;
        this.walker = walker;
        this.sender = sender;
        this.rescuer = rescuer;
    }

    void startLoops(InstantSource clock) {
        loops.add(Loop.start("replanner", PAUSE, () -> {
            var now = clock.instant();
            return retimer.retime(now) + replanner.replan(now);
        }));
        var sending = Loop.start("sender", PAUSE, () -> sender.dispatch(clock.instant()));
        senderLoop = sending;
        loops.add(Loop.start("walker", PAUSE, () -> {
            int walked = walker.walk(clock.instant());
            sending.wake();
            return walked;
        }));
        loops.add(sending);
        loops.add(Loop.start("rescuer", RESCUE_PAUSE, () -> rescuer.rescue(clock.instant())));
    }

    /// A connection is free again.
    void wakeSender() {
        var loop = senderLoop;
        if (loop != null) {
            loop.wake();
        }
    }

    /// Until nothing is due at this instant.
    void runUntilIdle(Instant now) {
        int done;
        do {
            done = retimer.retime(now) + replanner.replan(now) + walker.walk(now) + sender.dispatch(now);
            sender.awaitQuiet();
        } while (done > 0);
    }

    /// The clock has been moved by hand.
    void goOn(Instant now) {
        walker.goOn(now);
    }

    void rescue(Instant now) {
        rescuer.rescue(now);
    }

    /// The next instant at which something is due.
    Optional<Instant> nextAt() {
        return Stream.of(walker.nextDueAt(), sender.nextAttemptAt())
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    long accepted() {
        return sender.accepted();
    }

    @Override
    public void close() {
        loops.forEach(Loop::close);
        sender.close();
    }
}
