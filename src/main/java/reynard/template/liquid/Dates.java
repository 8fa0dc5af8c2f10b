package reynard.template.liquid;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The filter `date`: reads what may be a date, and writes it by a strftime pattern, in English.
final class Dates {
    private static final int PATTERN_CHARS_MAX = 1000;
    private static final int WIDTH_MAX = 100;
    private static final DateTimeFormatter ZONE_NAME = DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH);
    private static final String[] MONTHS = {
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December"
    };
    private static final String[] WEEKDAYS = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
    };

    private Dates() {}

    /// A time as it shows without a filter: `2026-03-14 09:30:00 +0100`.
    static String text(ZonedDateTime time) {
        return new Strftime(time).write("%Y-%m-%d %H:%M:%S %z");
    }

    /// The input by the pattern; an input that is no date, or an empty pattern, leaves the input as it is.
    static @Nullable Object format(@Nullable Object input, String pattern, Scope scope) {
        if (pattern.isEmpty()) {
            return input;
        }
        if (pattern.length() > PATTERN_CHARS_MAX) {
            throw new Failure("date pattern is longer than " + PATTERN_CHARS_MAX + " characters");
        }
        var time = read(input, scope);
        if (time == null) {
            return input;
        }
        var written = new Strftime(time).write(pattern);
        scope.budget.text(written.length());
        return written;
    }

    private static @Nullable ZonedDateTime read(@Nullable Object input, Scope scope) {
        try {
            return switch (input) {
                case ZonedDateTime time -> time;
                case Instant instant -> instant.atZone(scope.zone());
                case LocalDate date -> date.atStartOfDay(scope.zone());
                case Long seconds -> Instant.ofEpochSecond(seconds).atZone(scope.zone());
                case String text -> new DateReader(text.strip(), scope.now()).read();
                case null, default -> null;
            };
        } catch (DateTimeException outOfRange) {
            return null;
        }
    }

    /// One time, and the letters of a pattern.
    private record Strftime(ZonedDateTime time) {
        String write(String pattern) {
            var out = new StringBuilder(pattern.length() + 16);
            int i = 0;
            while (i < pattern.length()) {
                int percent = pattern.indexOf('%', i);
                if (percent < 0) {
                    break;
                }
                out.append(pattern, i, percent);
                i = directive(pattern, percent, out);
            }
            return out.append(pattern, Math.min(i, pattern.length()), pattern.length())
                    .toString();
        }

        /// Writes the directive at `percent` and answers where it ends; one that means nothing is written as it is.
        private int directive(String pattern, int percent, StringBuilder out) {
            int i = percent + 1;
            char flag = 0;
            while (i < pattern.length() && "-0^#_".indexOf(pattern.charAt(i)) >= 0) {
                flag = pattern.charAt(i++);
            }
            int width = 0;
            while (i < pattern.length() && Character.digit(pattern.charAt(i), 10) >= 0) {
                width = Math.min(WIDTH_MAX, width * 10 + Character.digit(pattern.charAt(i++), 10));
            }
            boolean colon = i < pattern.length() && pattern.charAt(i) == ':';
            i += colon ? 1 : 0;
            if (i >= pattern.length()) {
                out.append(pattern, percent, pattern.length());
                return pattern.length();
            }
            var value =
                    colon ? (pattern.charAt(i) == 'z' ? offset(true) : null) : value(pattern.charAt(i), flag, width);
            if (value == null) {
                out.append(pattern, percent, i + 1);
            } else {
                out.append(value);
            }
            return i + 1;
        }

        private @Nullable String value(char letter, char flag, int width) {
            return switch (letter) {
                case 'Y' -> number(time.getYear(), 1, '0', flag, width);
                case 'C' -> number(Math.floorDiv(time.getYear(), 100), 2, '0', flag, width);
                case 'y' -> number(Math.floorMod(time.getYear(), 100), 2, '0', flag, width);
                case 'm' -> number(time.getMonthValue(), 2, '0', flag, width);
                case 'd' -> number(time.getDayOfMonth(), 2, '0', flag, width);
                case 'e' -> number(time.getDayOfMonth(), 2, ' ', flag, width);
                case 'j' -> number(time.getDayOfYear(), 3, '0', flag, width);
                case 'H' -> number(time.getHour(), 2, '0', flag, width);
                case 'k' -> number(time.getHour(), 2, ' ', flag, width);
                case 'I' -> number(hour12(), 2, '0', flag, width);
                case 'l' -> number(hour12(), 2, ' ', flag, width);
                case 'M' -> number(time.getMinute(), 2, '0', flag, width);
                case 'S' -> number(time.getSecond(), 2, '0', flag, width);
                case 's' -> number(time.toEpochSecond(), 1, '0', flag, width);
                case 'u' -> number(time.getDayOfWeek().getValue(), 1, '0', flag, width);
                case 'w' -> number(time.getDayOfWeek().getValue() % 7, 1, '0', flag, width);
                case 'G' -> number(time.get(IsoFields.WEEK_BASED_YEAR), 1, '0', flag, width);
                case 'g' -> number(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0', flag, width);
                case 'V' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', flag, width);
                case 'U' -> number(week(time.getDayOfWeek().getValue() % 7), 2, '0', flag, width);
                case 'W' -> number(week(time.getDayOfWeek().getValue() - 1), 2, '0', flag, width);
                case 'L', 'N' -> fraction(letter == 'L' ? 3 : 9, width);
                default -> words(letter, flag, width);
            };
        }

        private @Nullable String words(char letter, char flag, int width) {
            var text = switch (letter) {
                case 'A' -> WEEKDAYS[time.getDayOfWeek().getValue() % 7];
                case 'a' -> WEEKDAYS[time.getDayOfWeek().getValue() % 7].substring(0, 3);
                case 'B' -> MONTHS[time.getMonthValue() - 1];
                case 'b', 'h' -> MONTHS[time.getMonthValue() - 1].substring(0, 3);
                case 'p' -> flag == '#' ? half().toLowerCase(Locale.ROOT) : half();
                case 'P' -> half().toLowerCase(Locale.ROOT);
                case 'z' -> offset(false);
                case 'Z' -> zoneName();
                case 'c' -> write("%a %b %e %H:%M:%S %Y");
                case 'D', 'x' -> write("%m/%d/%y");
                case 'F' -> write("%Y-%m-%d");
                case 'T', 'X' -> write("%H:%M:%S");
                case 'R' -> write("%H:%M");
                case 'r' -> write("%I:%M:%S %p");
                case 'v' -> write("%e-%^b-%Y");
                case '+' -> write("%a %b %e %H:%M:%S %Z %Y");
                case 'n' -> "\n";
                case 't' -> "\t";
                case '%' -> "%";
                default -> null;
            };
            if (text == null) {
                return null;
            }
            boolean upper = flag == '^' || (flag == '#' && letter != 'p');
            return padded(upper ? text.toUpperCase(Locale.ROOT) : text, width, flag == '0' ? '0' : ' ');
        }

        private static String number(long value, int least, char filler, char flag, int width) {
            char pad = flag == '_' ? ' ' : flag == '0' ? '0' : filler;
            int length = flag == '-' ? 1 : Math.max(least, width);
            var digits = Long.toString(Math.abs(value));
            return value < 0 ? "-" + padded(digits, length - 1, pad) : padded(digits, length, pad);
        }

        private static String padded(String text, int width, char pad) {
            return text.length() >= width ? text : String.valueOf(pad).repeat(width - text.length()) + text;
        }

        private String fraction(int digits, int width) {
            int wanted = width == 0 ? digits : width;
            var nanos = padded(Integer.toString(time.getNano()), 9, '0');
            return wanted <= 9 ? nanos.substring(0, wanted) : nanos + "0".repeat(wanted - 9);
        }

        private int hour12() {
            return time.get(ChronoField.CLOCK_HOUR_OF_AMPM);
        }

        private String half() {
            return time.getHour() < 12 ? "AM" : "PM";
        }

        /// The week of the year, where `sinceStart` is how many days ago the week began.
        private int week(int sinceStart) {
            return (time.getDayOfYear() + 6 - sinceStart) / 7;
        }

        private String offset(boolean colon) {
            int minutes = time.getOffset().getTotalSeconds() / 60;
            var sign = minutes < 0 ? "-" : "+";
            int size = Math.abs(minutes);
            return sign
                    + padded(Integer.toString(size / 60), 2, '0')
                    + (colon ? ":" : "")
                    + padded(Integer.toString(size % 60), 2, '0');
        }

        private String zoneName() {
            var name = ZONE_NAME.format(time);
            return name.equals("Z") ? "UTC" : name;
        }
    }
}
