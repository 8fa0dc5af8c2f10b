package reynard.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reynard.broadcast.Mailing;
import reynard.bulk.Foreman;
import reynard.db.Tx;
import reynard.delivery.Rescuer;
import reynard.delivery.Sender;
import reynard.enrollment.Brake;
import reynard.enrollment.Replanner;
import reynard.enrollment.Retimer;
import reynard.enrollment.Standstill;
import reynard.enrollment.Walker;
import reynard.person.People;
import reynard.tracking.Announcer;
import reynard.tracking.Intake;
import reynard.webhook.Courier;

/// Everything that moves by itself. On the system clock each part runs in a loop of its own; on a virtual clock they
/// are run by hand, and are the same.
final class Engine implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration INTAKE_PAUSE = Duration.ofMillis(100);
    private static final Duration RESCUE_PAUSE = Duration.ofSeconds(5);

    private final Brake brake;
    private final Retimer retimer;
    private final Replanner replanner;
    private final Walker walker;
    private final Mailing mailing;
    private final Sender sender;
    private final Rescuer rescuer;
    private final Courier courier;
    private final Intake intake;
    private final Foreman foreman;
    private final Announcer announcer;
    private final People people;
    private final List<Loop> loops = new ArrayList<>();
    private volatile @Nullable Loop senderLoop;
    private volatile @Nullable Loop courierLoop;
    private volatile @Nullable Loop foremanLoop;

    Engine(
            Brake brake,
            Retimer retimer,
            Replanner replanner,
            Walker walker,
            Mailing mailing,
            Sender sender,
            Rescuer rescuer,
            Courier courier,
            Intake intake,
            Foreman foreman,
            Announcer announcer,
            People people) {
        this.brake = brake;
        this.retimer = retimer;
        this.replanner = replanner;
        this.walker = walker;
        this.mailing = mailing;
        this.sender = sender;
        this.rescuer = rescuer;
        this.courier = courier;
        this.intake = intake;
        this.foreman = foreman;
        this.announcer = announcer;
        this.people = people;
    }

    void startLoops(InstantSource clock) {
        var watch = ClockWatch.ofThisMachine(clock.instant());
        loops.add(Loop.start("replanner", PAUSE, () -> {
            var now = clock.instant();
            return retimer.retime(now) + replanner.replan(now);
        }));
        var sending = Loop.start("sender", PAUSE, () -> dispatch(watched(clock, watch)));
        senderLoop = sending;
        loops.add(Loop.start("walker", PAUSE, () -> {
            int walked = walk(watched(clock, watch));
            sending.wake();
            return walked;
        }));
        loops.add(Loop.start("mailing", PAUSE, () -> {
            int mailed = mail(watched(clock, watch));
            sending.wake();
            return mailed;
        }));
        loops.add(sending);
        var carrying = Loop.start("courier", PAUSE, () -> courier.dispatch(clock.instant()));
        courierLoop = carrying;
        loops.add(carrying);
        var working = Loop.start("foreman", PAUSE, () -> foreman.work(clock.instant()));
        foremanLoop = working;
        loops.add(working);
        var taking = Loop.start("intake", INTAKE_PAUSE, intake::drain);
        intake.wakes(taking::wake);
        loops.add(taking);
        loops.add(Loop.start("announcer", PAUSE, () -> announcer.announce(clock.instant())));
        loops.add(Loop.start("eraser", PAUSE, people::eraseWaiting));
        loops.add(Loop.start("rescuer", RESCUE_PAUSE, () -> {
            var now = clock.instant();
            return rescuer.rescue(now) + courier.rescue(now);
        }));
    }

    /// The time, once it is clear that the clock has not jumped: mail that only a wrong clock calls due stays here.
    private Instant watched(InstantSource clock, ClockWatch watch) {
        var now = clock.instant();
        watch.jump(now).ifPresent(by -> {
            if (by.isPositive()) {
                brake.clockJumped(now);
            } else {
                brake.clockReturned();
            }
        });
        return now;
    }

    private int walk(Instant now) {
        if (!brake.holds(now)) {
            return walker.walk(now);
        }
        return brake.standstill()
                .flatMap(Standstill::treatAsSentUntil)
                .map(until -> treatAsSent(until, now))
                .orElse(0);
    }

    /// Broadcasts are never in a hurry: while nothing is sent, none begins.
    private int mail(Instant now) {
        return brake.holds(now) ? 0 : mailing.mail(now);
    }

    private int treatAsSent(Instant until, Instant now) {
        int treated = walker.treatAsSent(until, now) + mailing.treatAsSent(until, now);
        if (treated == 0) {
            brake.written(now);
        }
        return treated == 0 ? 1 : treated;
    }

    private int dispatch(Instant now) {
        return brake.holds(now) ? 0 : sender.dispatch(now);
    }

    /// A connection is free again.
    void wakeSender() {
        var loop = senderLoop;
        if (loop != null) {
            loop.wake();
        }
    }

    /// A receiver of webhooks has answered.
    void wakeCourier() {
        var loop = courierLoop;
        if (loop != null) {
            loop.wake();
        }
    }

    /// There is a request for many things.
    void wakeForeman() {
        var loop = foremanLoop;
        if (loop != null) {
            loop.wake();
        }
    }

    /// Until nothing is due at this instant.
    void runUntilIdle(Instant now) {
        int done;
        do {
            done = intake.drain()
                    + announcer.announce(now)
                    + retimer.retime(now)
                    + replanner.replan(now)
                    + walk(now)
                    + mail(now)
                    + dispatch(now);
            sender.awaitQuiet();
            done += courier.dispatch(now);
            courier.awaitQuiet();
            done += foreman.work(now);
            foreman.awaitQuiet();
            done += people.eraseWaiting();
        } while (done > 0);
    }

    /// The clock is moved by hand. While nothing is sent, nobody is there.
    void goOn(Tx tx, Instant now) {
        if (brake.standstill().isEmpty()) {
            walker.goOn(tx, now);
        }
    }

    void rescue(Instant now) {
        rescuer.rescue(now);
        courier.rescue(now);
    }

    /// The next instant at which something is due.
    Optional<Instant> nextAt() {
        // Webhooks are not mail: who gets one twice knows it by its id.
        if (brake.standstill().isPresent()) {
            return Stream.of(courier.nextAt(), foreman.nextAt(), announcer.nextAt())
                    .flatMap(Optional::stream)
                    .min(Instant::compareTo);
        }
        return Stream.of(
                        walker.nextDueAt(),
                        mailing.nextAt(),
                        sender.nextAttemptAt(),
                        courier.nextAt(),
                        foreman.nextAt(),
                        announcer.nextAt())
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
        foreman.close();
        courier.close();
    }
}
