package reynard.tzdata;

import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneOffsetTransitionRule.TimeDefinition;
import java.util.List;
import java.util.regex.Pattern;

/// Reads the last line of a TZif file, which says what holds after its last change: a POSIX TZ string such as
/// `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 9636, 3.3).
///
/// Only days of the form "the second Sunday in March" are understood (`M`); the forms that count days of the year have
/// had no zone since 2022. What is not understood is refused.
final class Footer {
    private static final int DAY_SECONDS = 86_400;
    private static final String NAME = "(?:<[A-Za-z0-9+-]+>|[A-Za-z]+)";
    private static final String TIME = "[+-]?\\d{1,3}(?::\\d{2}){0,2}";
    private static final Pattern TZ = Pattern.compile(
            NAME + "(?<standard>" + TIME + ")(?:" + NAME + "(?<summer>" + TIME + ")?,(?<start>[^,]+),(?<end>[^,]+))?");
    private static final Pattern DAY =
            Pattern.compile("M(?<month>\\d{1,2})\\.(?<week>[1-5])\\.(?<day>[0-6])(?:/(?<time>" + TIME + "))?");

    private Footer() {}

    /// The two changes of each year in calendar order, or none where the clocks no longer change.
    static List<ZoneOffsetTransitionRule> rules(String footer) {
        if (footer.isEmpty()) {
            return List.of();
        }
        var tz = TZ.matcher(footer);
        if (!tz.matches()) {
            throw new IllegalArgumentException("the footer must be a POSIX TZ string: " + footer);
        }
        if (tz.group("start") == null) {
            return List.of();
        }
        // POSIX counts offsets westward.
        var standardSeconds = -seconds(tz.group("standard"));
        var summerSeconds = tz.group("summer") == null ? standardSeconds + 3_600 : -seconds(tz.group("summer"));
        var standard = ZoneOffset.ofTotalSeconds(standardSeconds);
        var summer = ZoneOffset.ofTotalSeconds(summerSeconds);
        var start = rule(tz.group("start"), standard, standard, summer);
        var end = rule(tz.group("end"), standard, summer, standard);
        return start.getMonth().compareTo(end.getMonth()) < 0 ? List.of(start, end) : List.of(end, start);
    }

    private static ZoneOffsetTransitionRule rule(
            String change, ZoneOffset standard, ZoneOffset before, ZoneOffset after) {
        var date = DAY.matcher(change);
        if (!date.matches()) {
            throw new IllegalArgumentException("a yearly change must have the form M10.5.0/3: " + change);
        }
        var month = Month.of(Integer.parseInt(date.group("month")));
        var week = Integer.parseInt(date.group("week"));
        var seconds = date.group("time") == null ? 7_200 : seconds(date.group("time"));
        // Times reach from -167 to 167 hours; ours stay within a day, so the day moves instead.
        var days = Math.floorDiv(seconds, DAY_SECONDS);
        var earliest = (week == 5 ? month.minLength() - 6 : week * 7 - 6) + days;
        if (earliest < 1 || earliest > month.minLength() || (week == 5 && month == Month.FEBRUARY)) {
            throw new IllegalArgumentException("a yearly change must stay within its month: " + change);
        }
        var weekday = DayOfWeek.SUNDAY.plus(Integer.parseInt(date.group("day")) + days);
        var time = LocalTime.ofSecondOfDay(Math.floorMod(seconds, DAY_SECONDS));
        return ZoneOffsetTransitionRule.of(
                month, earliest, weekday, time, false, TimeDefinition.WALL, standard, before, after);
    }

    private static int seconds(String time) {
        var parts = time.replaceFirst("^[+-]", "").split(":", -1);
        var seconds = Integer.parseInt(parts[0]) * 3_600;
        seconds += parts.length > 1 ? Integer.parseInt(parts[1]) * 60 : 0;
        seconds += parts.length > 2 ? Integer.parseInt(parts[2]) : 0;
        return time.startsWith("-") ? -seconds : seconds;
    }
}
