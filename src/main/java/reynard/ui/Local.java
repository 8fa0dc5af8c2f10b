package reynard.ui;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import reynard.schedule.Zone;

/// Moments as the clocks of one zone show them.
///
/// @param now tells which year goes without saying
public record Local(Zone zone, Instant now) {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEE d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter DAY_AND_YEAR = DateTimeFormatter.ofPattern("EEE d MMM yyyy", Locale.ENGLISH);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter FIELD = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm", Locale.ENGLISH);

    private OffsetDateTime at(Instant instant) {
        return instant.atOffset(zone.rules().getOffset(instant));
    }

    public LocalDate date(Instant instant) {
        return at(instant).toLocalDate();
    }

    /// `Tue 1 Dec`, with the year if it is another than now.
    public String day(Instant instant) {
        return day(date(instant));
    }

    public String day(LocalDate date) {
        boolean near = Math.abs(ChronoUnit.DAYS.between(date(now), date)) < 300;
        return (near || date.getYear() == date(now).getYear() ? DAY : DAY_AND_YEAR).format(date);
    }

    /// `09:00`.
    public String time(Instant instant) {
        return TIME.format(at(instant));
    }

    /// `Tue 1 Dec, 09:00`; `today, 09:00` on the day itself.
    public String moment(Instant instant) {
        long days = ChronoUnit.DAYS.between(date(now), date(instant));
        var day = days == 0 ? "today" : days == 1 ? "tomorrow" : days == -1 ? "yesterday" : day(instant);
        return day + ", " + time(instant);
    }

    /// `Tue 1 Dec, 09:00`, also on the day itself: for the middle of a sentence.
    public String dated(Instant instant) {
        return day(instant) + ", " + time(instant);
    }

    /// With the day in any case: for what is read later.
    public String exact(Instant instant) {
        return DAY_AND_YEAR.format(at(instant)) + ", " + time(instant);
    }

    /// As the field for a date and a time writes it.
    public String field(Instant instant) {
        return FIELD.format(at(instant));
    }

    /// What such a field says. A time that the clocks skip is the first moment after it, one that they repeat the
    /// earlier.
    public Optional<Instant> parse(String field) {
        if (!field.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")) {
            return Optional.empty();
        }
        try {
            var local = LocalDateTime.parse(field);
            var change = zone.rules().getTransition(local);
            return Optional.of(
                    change != null && change.isGap()
                            ? change.getInstant()
                            : local.toInstant(zone.rules().getOffset(local)));
        } catch (java.time.DateTimeException e) {
            return Optional.empty();
        }
    }

    /// `in 3 hours`, `2 days ago`.
    public String near(Instant instant) {
        var between = Duration.between(now, instant);
        var size = between.abs();
        String amount;
        if (size.compareTo(Duration.ofMinutes(1)) < 0) {
            return "now";
        } else if (size.compareTo(Duration.ofHours(1)) < 0) {
            amount = Words.count(size.toMinutes(), "minute");
        } else if (size.compareTo(Duration.ofDays(2)) < 0) {
            amount = Words.count(size.toHours(), "hour");
        } else {
            amount = Words.count(size.toDays(), "day");
        }
        return between.isNegative() ? amount + " ago" : "in " + amount;
    }
}
