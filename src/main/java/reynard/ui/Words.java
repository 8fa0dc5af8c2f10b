package reynard.ui;

import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.sequence.Statistics;

/// Numbers and plain facts in English.
public final class Words {
    private Words() {}

    /// `1,204`.
    public static String number(long number) {
        return String.format(Locale.ENGLISH, "%,d", number);
    }

    /// `1 email`, `1,204 emails`.
    public static String count(long number, String noun) {
        return number(number) + " " + (number == 1 ? noun : plural(noun));
    }

    private static String plural(String noun) {
        return noun.equals("person") ? "people" : noun + "s";
    }

    /// `45.2%`; a dash when there is nothing to take a part of.
    public static String rate(long part, long whole) {
        if (whole == 0) {
            return "–";
        }
        return Statistics.rate(part, whole).setScale(1, RoundingMode.HALF_UP).toPlainString() + "%";
    }

    public static String delay(Delay delay) {
        return switch (delay) {
            case Delay.Immediate _ -> "at once";
            case Delay.Hours(int count) -> count(count, "hour");
            case Delay.Days(int count) -> count(count, "day");
        };
    }

    /// `every day`, `Mon–Fri`, `Tue and Thu`.
    public static String days(SendDays days) {
        if (days.equals(SendDays.ALL)) {
            return "every day";
        }
        if (days.isEmpty()) {
            return "no day";
        }
        var list = List.copyOf(days.days());
        int length = list.size();
        boolean inARow = list.getLast().getValue() - list.getFirst().getValue() == length - 1;
        if (length > 2 && inARow) {
            return shortName(list.getFirst()) + "–" + shortName(list.getLast());
        }
        var names = list.stream().map(Words::shortName).toList();
        return length == 1
                ? names.getFirst()
                : String.join(", ", names.subList(0, length - 1)) + " and " + names.getLast();
    }

    public static String shortName(DayOfWeek day) {
        return day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
    }

    /// `09:00`.
    public static String hour(int hour) {
        return String.format(Locale.ENGLISH, "%02d:00", hour);
    }

    public static String capital(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ENGLISH) + text.substring(1);
    }
}
