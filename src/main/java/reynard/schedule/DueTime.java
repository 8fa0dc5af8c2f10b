package reynard.schedule;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.time.LocalDateTime;

/// The rule by which every due time is found.
///
/// Days are calendar days in the window's zone, never 24 hours: the anchor's local date and the count give a date,
/// which moves forward to an allowed weekday; the email leaves at the send hour of that date. A local time that the
/// clocks skip means the first instant after the gap, even where that is the next date; one that they repeat means the
/// first of the two. Holidays are unknown here.
public final class DueTime {
    private static final int DAY_SECONDS = 86_400;

    private DueTime() {}

    /// When an email is due.
    ///
    /// `anchor` is the entry into the sequence for the first email, and for a later one the moment the
    /// email before it went out or was skipped. The answer is later than the anchor, or the anchor itself
    /// for an immediate email on an allowed day.
    public static Due after(Instant anchor, Delay delay, SendWindow window) {
        return switch (delay) {
            case Delay.Immediate _ -> allowsDayOf(anchor, window) ? new Due.At(anchor) : nextSlot(anchor, window);
            case Delay.Hours(int count) -> new Due.At(anchor.plusSeconds(count * 3_600L));
            case Delay.Days(int count) -> firstSlot(anchor, count, window);
        };
    }

    /// When an email is due whose plan changed while a subscriber waited for it.
    ///
    /// Counted from the same anchor, but never earlier than `now`: what would lie in the past leaves now if
    /// it counts in hours, now or on the next allowed day if it is immediate, and at the next slot after
    /// now if it counts in days, so that a changed hour never mails everyone at once.
    public static Due replanned(Instant anchor, Delay delay, SendWindow window, Instant now) {
        var due = after(anchor, delay, window);
        if (!(due instanceof Due.At(var at)) || !at.isBefore(now)) {
            return due;
        }
        return switch (delay) {
            case Delay.Immediate _ -> after(now, delay, window);
            case Delay.Hours _ -> new Due.At(now);
            case Delay.Days _ -> nextSlot(now, window);
        };
    }

    /// The first send hour of an allowed day strictly after the instant.
    public static Due nextSlot(Instant after, SendWindow window) {
        return firstSlot(after, 0, window);
    }

    private static Due firstSlot(Instant anchor, int days, SendWindow window) {
        if (window.days().isEmpty()) {
            return new Due.Never();
        }
        var day = localDay(anchor, window) + days;
        while (true) {
            if (allows(day, window)) {
                var slot = slotOn(day, window);
                if (slot.isAfter(anchor)) {
                    return new Due.At(slot);
                }
            }
            day++;
        }
    }

    private static Instant slotOn(long day, SendWindow window) {
        var rules = window.zone().rules();
        var local = LocalDateTime.ofEpochSecond(day * DAY_SECONDS + window.hour() * 3_600L, 0, UTC);
        var change = rules.getTransition(local);
        if (change != null && change.isGap()) {
            // Not ZonedDateTime, which would add the length of the gap.
            return change.getInstant();
        }
        // For a repeated time this is the offset before the change, so the first of the two.
        return local.toInstant(rules.getOffset(local));
    }

    private static boolean allowsDayOf(Instant instant, SendWindow window) {
        return allows(localDay(instant, window), window);
    }

    /// Days are counted from 1970-01-01, a Thursday, so that no date object is made per day looked at.
    private static boolean allows(long day, SendWindow window) {
        return (window.days().mask() & 1 << Math.floorMod(day + 3, 7)) != 0;
    }

    private static long localDay(Instant instant, SendWindow window) {
        var offset = window.zone().rules().getOffset(instant).getTotalSeconds();
        return Math.floorDiv(instant.getEpochSecond() + offset, DAY_SECONDS);
    }
}
