package reynard.template.liquid;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads the dates people and programs write: `2026-03-14`, `2026-03-14T09:30:00Z`, `March 14, 2026 9:30 pm`,
/// `Sat, 14 Mar 2026 09:30:00 +0100`, seconds since 1970, `now`, `today`.
///
/// A form in which day and month cannot be told apart, such as `03/04/2026`, is not read.
final class DateReader {
    private static final int CHARS_MAX = 64;
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> WEEKDAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final int UNSET = -1;

    private final String text;
    private final ZonedDateTime now;
    private int pos;

    private int year = UNSET;
    private int month = UNSET;
    private int day = UNSET;
    private @Nullable LocalTime time;
    private @Nullable ZoneOffset offset;

    DateReader(String text, ZonedDateTime now) {
        this.text = text.toLowerCase(Locale.ROOT);
        this.now = now;
    }

    /// The time, or `null` if the text is no date.
    ///
    /// @throws java.time.DateTimeException if it looks like a date and is none, like 31 February
    @Nullable
    ZonedDateTime read() {
        if (text.isEmpty() || text.length() > CHARS_MAX) {
            return null;
        }
        if (text.equals("now") || text.equals("today")) {
            return now;
        }
        if (digitsAt(0) == text.length()) {
            return text.length() > 12
                    ? null
                    : Instant.ofEpochSecond(Long.parseLong(text)).atZone(now.getZone());
        }
        while (pos < text.length()) {
            if (!part()) {
                return null;
            }
        }
        return result();
    }

    private @Nullable ZonedDateTime result() {
        boolean dateGiven = month != UNSET;
        if (!dateGiven && (time == null || day != UNSET || year != UNSET)) {
            return null;
        }
        var date = dateGiven
                ? LocalDate.of(year == UNSET ? now.getYear() : year, month, day == UNSET ? 1 : day)
                : now.toLocalDate();
        return date.atTime(time == null ? LocalTime.MIDNIGHT : time).atZone(offset == null ? now.getZone() : offset);
    }

    /// Reads on by one number or word; false if it belongs in no date.
    private boolean part() {
        char c = text.charAt(pos);
        if (c == ' ' || c == ',' || c == '.') {
            pos++;
            return true;
        }
        if (isDigit(pos)) {
            return number();
        }
        if ((c == '+' || c == '-') && time != null) {
            return offset(c == '-' ? -1 : 1);
        }
        if (c == '-' && (month != UNSET || day != UNSET)) {
            pos++; // 14-Mar-2026
            return true;
        }
        return Character.isLetter(c) && word();
    }

    private boolean number() {
        int length = digitsAt(pos);
        char next = pos + length < text.length() ? text.charAt(pos + length) : ' ';
        if (next == ':' && length <= 2) {
            return time();
        }
        if (length == 4 && (next == '-' || next == '/') && isDigit(pos + 5) && year == UNSET) {
            return isoDate(next);
        }
        int value = length <= 4 ? digits(length) : UNSET;
        if (length == 4 && year == UNSET) {
            year = value;
            return true;
        }
        if (length <= 2 && day == UNSET) {
            day = value;
            return next != '/';
        }
        return length == 2 && year == UNSET && shortYear(value);
    }

    private boolean shortYear(int value) {
        year = value + (value < 69 ? 2000 : 1900);
        return true;
    }

    private boolean isoDate(char separator) {
        year = digits(4);
        pos++;
        month = digits(Math.min(2, digitsAt(pos)));
        if (pos < text.length() && text.charAt(pos) == separator && isDigit(pos + 1)) {
            pos++;
            day = digits(Math.min(2, digitsAt(pos)));
        }
        return pos >= text.length() || !isDigit(pos);
    }

    private boolean time() {
        if (time != null) {
            return false;
        }
        int hour = digits(digitsAt(pos));
        int minute = twoAfter(':');
        int second = minute == UNSET ? UNSET : twoAfter(':');
        int nanos = second == UNSET ? 0 : nanos();
        if (minute == UNSET) {
            return false;
        }
        time = LocalTime.of(hour, minute, Math.clamp(second, 0, 59), nanos);
        return true;
    }

    private int twoAfter(char separator) {
        if (pos < text.length() && text.charAt(pos) == separator && digitsAt(pos + 1) == 2) {
            pos++;
            return digits(2);
        }
        return UNSET;
    }

    private int nanos() {
        if (pos >= text.length() || text.charAt(pos) != '.' || !isDigit(pos + 1)) {
            return 0;
        }
        pos++;
        int length = digitsAt(pos);
        var nine = (text.substring(pos, pos + Math.min(9, length)) + "00000000").substring(0, 9);
        pos += length;
        return Integer.parseInt(nine);
    }

    private boolean offset(int sign) {
        pos++;
        int length = digitsAt(pos);
        if (offset != null || (length != 2 && length != 4)) {
            return false;
        }
        int hours = digits(2);
        int minutes = length == 4 ? digits(2) : Math.max(0, twoAfter(':'));
        offset = ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
        return true;
    }

    private boolean word() {
        int from = pos;
        while (pos < text.length() && Character.isLetter(text.charAt(pos))) {
            pos++;
        }
        var word = text.substring(from, pos);
        return switch (word) {
            case "t" -> isDigit(pos);
            case "z", "utc", "gmt" -> {
                offset = ZoneOffset.UTC;
                yield true;
            }
            case "am", "pm" -> half(word.equals("pm"));
            case "st", "nd", "rd", "th" -> day != UNSET;
            case "at", "of" -> true;
            default -> name(word);
        };
    }

    private boolean half(boolean afternoon) {
        if (time == null || time.getHour() > 12 || time.getHour() == 0) {
            return false;
        }
        time = time.withHour(time.getHour() % 12 + (afternoon ? 12 : 0));
        return true;
    }

    private boolean name(String word) {
        if (word.length() < 3 || word.length() > 9) {
            return false;
        }
        int found = MONTHS.indexOf(word.substring(0, 3));
        if (found >= 0 && month == UNSET) {
            month = found + 1;
            return true;
        }
        return WEEKDAYS.contains(word.substring(0, 3));
    }

    private boolean isDigit(int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private int digitsAt(int from) {
        int i = from;
        while (isDigit(i)) {
            i++;
        }
        return i - from;
    }

    private int digits(int length) {
        var digits = text.substring(pos, pos + length);
        pos += length;
        return digits.isEmpty() ? UNSET : Integer.parseInt(digits);
    }
}
