package reynard.bench;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import reynard.schedule.Delay;
import reynard.schedule.Due;
import reynard.schedule.DueTime;
import reynard.schedule.SendDays;
import reynard.schedule.SendWindow;
import reynard.tzdata.TzData;

/// How long one due time takes; the limit is 1 µs.
///
/// Run with `org.openjdk.jmh.Main DueTimeBench` on the test class path.
@NullMarked
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DueTimeBench {
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond();
    private static final int HALF_A_YEAR_SECONDS = 182 * 86_400;

    private static final TzData TZ = TzData.shipped();

    private final List<SendWindow> windows = TZ.names().stream()
            .map(name -> TZ.find(name).orElseThrow())
            .map(zone -> new SendWindow(new SendDays(0b001_1111), 9, zone))
            .toList();
    private final Delay days = new Delay.Days(3);
    private int i;

    @Benchmark
    public Due days() {
        return DueTime.after(anchor(), days, windows.get(i % windows.size()));
    }

    /// Beyond the changes that the data lists, where the yearly rule counts.
    @Benchmark
    public Due daysAfter2037() {
        return DueTime.after(anchor().plusSeconds(40L * HALF_A_YEAR_SECONDS), days, windows.get(i % windows.size()));
    }

    @Benchmark
    public Due replannedIntoThePast() {
        var anchor = anchor();
        return DueTime.replanned(
                anchor, days, windows.get(i % windows.size()), anchor.plusSeconds(HALF_A_YEAR_SECONDS));
    }

    private Instant anchor() {
        i = (i + 7_919) & Integer.MAX_VALUE;
        return Instant.ofEpochSecond(START + i % (2 * HALF_A_YEAR_SECONDS));
    }
}
