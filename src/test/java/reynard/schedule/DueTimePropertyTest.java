package reynard.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.schedule.JdkZones.zone;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import reynard.schedule.Delay.Days;
import reynard.schedule.Delay.Hours;

/// What holds for every zone, day and hour; half of the anchors lie within four days of a change of the clocks.
class DueTimePropertyTest {
    private static final List<Zone> ZONES =
            ZoneId.getAvailableZoneIds().stream().sorted().map(JdkZones::zone).toList();
    private static final Instant FROM = Instant.parse("1980-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2060-01-01T00:00:00Z");
    private static final int FORTY = 40;

    record Case(Instant anchor, SendWindow window) {}

    @Property(tries = 5_000)
    void days_are_due_at_the_first_slot_that_an_independent_search_finds(
            @ForAll("cases") Case given, @ForAll @IntRange(min = 1, max = 40) int days) {
        var due = ((Due.At) DueTime.after(given.anchor, new Days(days), given.window)).at();

        assertThat(due).isAfter(given.anchor).isEqualTo(searched(given, days));
    }

    @Property(tries = 5_000)
    void the_next_slot_is_the_first_that_an_independent_search_finds(@ForAll("cases") Case given) {
        var next = ((Due.At) DueTime.nextSlot(given.anchor, given.window)).at();

        assertThat(next).isAfter(given.anchor).isEqualTo(searched(given, 0));
    }

    @Property(tries = 5_000)
    void a_new_plan_is_never_earlier_than_now_and_otherwise_the_same(
            @ForAll("cases") Case given,
            @ForAll @IntRange(min = 1, max = 20) int days,
            @ForAll @IntRange(min = -500, max = 1_000) int hoursLater) {
        var now = given.anchor.plus(Duration.ofHours(hoursLater));
        var due = ((Due.At) DueTime.after(given.anchor, new Days(days), given.window)).at();
        var replanned = ((Due.At) DueTime.replanned(given.anchor, new Days(days), given.window, now)).at();

        assertThat(replanned).isEqualTo(due.isBefore(now) ? searched(new Case(now, given.window), 0) : due);
    }

    @Property
    void hours_are_exact_seconds(@ForAll("cases") Case given, @ForAll @IntRange(min = 1, max = 87_600) int hours) {
        var due = ((Due.At) DueTime.after(given.anchor, new Hours(hours), given.window)).at();

        assertThat(Duration.between(given.anchor, due)).isEqualTo(Duration.ofHours(hours));
    }

    /// A chain of daily emails loses no day and doubles none, whatever the clocks do on the way.
    @Example
    void twenty_daily_emails_over_every_change_in_forty_zones_leave_on_twenty_dates() {
        var zones = new ArrayList<>(
                ZONES.stream().filter(zone -> !changes(zone).isEmpty()).toList());
        Collections.shuffle(zones, new Random(20_260_601));
        var chains = 0;
        for (var zone : zones.subList(0, FORTY)) {
            for (var change : changes(zone)) {
                for (var hour : new int[] {0, 1, 2, 3, 9, 22, 23}) {
                    followChain(change.getInstant().minus(Duration.ofDays(10)), hour, zone);
                    chains++;
                }
            }
        }
        assertThat(chains).isGreaterThan(FORTY * 7);
    }

    private static void followChain(Instant start, int hour, Zone zone) {
        var window = new SendWindow(SendDays.ALL, hour, zone);
        var sent = start;
        for (var i = 0; i < 20; i++) {
            var nominal = dateOf(sent, zone).plusDays(1).atTime(hour, 0);
            sent = ((Due.At) DueTime.after(sent, new Days(1), window)).at();
            var local = LocalDateTime.ofInstant(sent, zone.rules().getOffset(sent));
            var expected = zone.rules().getValidOffsets(nominal).isEmpty()
                    ? zone.rules().getTransition(nominal).getDateTimeAfter()
                    : nominal;
            assertThat(local).as("%s from %s", zone.name(), start).isEqualTo(expected);
        }
    }

    private static List<ZoneOffsetTransition> changes(Zone zone) {
        var changes = new ArrayList<ZoneOffsetTransition>();
        var change = zone.rules().nextTransition(Instant.parse("2022-01-01T00:00:00Z"));
        while (change != null && change.getInstant().isBefore(Instant.parse("2032-01-01T00:00:00Z"))) {
            changes.add(change);
            change = zone.rules().nextTransition(change.getInstant());
        }
        return changes;
    }

    /// The due time by walking along the clock instead of asking for gaps and overlaps.
    private static Instant searched(Case given, int days) {
        var date = dateOf(given.anchor, given.window.zone()).plusDays(days);
        while (true) {
            if (given.window.days().days().contains(date.getDayOfWeek())) {
                var slot = firstMinuteAtOrAfter(date.atTime(given.window.hour(), 0), given.window.zone());
                if (slot.compareTo(given.anchor) > 0) {
                    return slot;
                }
            }
            date = date.plusDays(1);
        }
    }

    private static Instant firstMinuteAtOrAfter(LocalDateTime local, Zone zone) {
        // No zone is further than 14 hours ahead of UTC since 1980.
        var target = local.toEpochSecond(ZoneOffset.UTC);
        var second = target - 15 * 3_600;
        while (second + zone.rules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds() < target) {
            second += 60;
        }
        return Instant.ofEpochSecond(second);
    }

    private static LocalDate dateOf(Instant instant, Zone zone) {
        return LocalDate.ofInstant(instant, zone.rules().getOffset(instant));
    }

    @Provide
    Arbitrary<Case> cases() {
        var windows = Combinators.combine(
                        Arbitraries.integers().between(1, 127),
                        Arbitraries.integers().between(0, 23),
                        Arbitraries.of(ZONES))
                .as((mask, hour, zone) -> new SendWindow(new SendDays(mask), hour, zone));
        var seconds = Arbitraries.longs().between(FROM.getEpochSecond(), TO.getEpochSecond());
        var nearby = Arbitraries.longs().between(-4 * 86_400, 4 * 86_400);
        return Combinators.combine(windows, seconds, nearby, Arbitraries.of(true, false))
                .as((window, second, away, near) -> new Case(anchor(window.zone(), second, away, near), window));
    }

    private static Instant anchor(Zone zone, long second, long away, boolean near) {
        var anywhere = Instant.ofEpochSecond(second);
        var change = zone.rules().nextTransition(anywhere);
        return near && change != null ? change.getInstant().plusSeconds(away) : anywhere;
    }
}
