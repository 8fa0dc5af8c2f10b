package reynard.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/// Compares the machine's clock with the time that really passes, and notices when the clock jumps. A clock that is
/// slowly put right does not.
final class ClockWatch {
    private static final Duration JUMP = Duration.ofMinutes(1);
    private static final Path UPTIME = Path.of("/proc/uptime");

    private final Supplier<Duration> elapsed;
    private Instant wall;
    private Duration real;

    /// @param elapsed how much time has really passed since some moment
    ClockWatch(Instant now, Supplier<Duration> elapsed) {
        this.elapsed = elapsed;
        this.wall = now;
        this.real = elapsed.get();
    }

    /// On Linux the time that a sleeping laptop sleeps passes, too: it only means that no server ran.
    static ClockWatch ofThisMachine(Instant now) {
        boolean linux = uptime().isPresent();
        return new ClockWatch(now, () -> linux ? uptime().orElseThrow() : Duration.ofNanos(System.nanoTime()));
    }

    private static Optional<Duration> uptime() {
        try {
            var text = Files.readString(UPTIME);
            return Optional.of(
                    Duration.ofMillis(Math.round(Double.parseDouble(text.substring(0, text.indexOf(' '))) * 1_000)));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /// By how much the clock has jumped since the last look: ahead, or back and then negative.
    synchronized Optional<Duration> jump(Instant now) {
        var realNow = elapsed.get();
        var ahead = Duration.between(wall, now).minus(realNow.minus(real));
        wall = now;
        real = realNow;
        return ahead.abs().compareTo(JUMP) > 0 ? Optional.of(ahead) : Optional.empty();
    }
}
