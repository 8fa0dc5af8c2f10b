package reynard.schedule;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The weekdays on which email may leave.
///
/// @param mask bit 0 is Monday … bit 6 is Sunday
public record SendDays(int mask) {
    public static final SendDays ALL = new SendDays(0b111_1111);
    public static final SendDays NONE = new SendDays(0);

    public SendDays {
        if ((mask & ~0b111_1111) != 0) {
            throw new IllegalArgumentException("send days must be a mask of seven bits: " + mask);
        }
    }

    /// The given days; order and repeats do not matter.
    public static SendDays of(Collection<DayOfWeek> days) {
        var mask = 0;
        for (var day : days) {
            mask |= bit(day);
        }
        return new SendDays(mask);
    }

    /// The days, Monday first.
    public List<DayOfWeek> days() {
        var days = new ArrayList<DayOfWeek>();
        for (var day : DayOfWeek.values()) {
            if (allows(day)) {
                days.add(day);
            }
        }
        return List.copyOf(days);
    }

    public boolean allows(DayOfWeek day) {
        return (mask & bit(day)) != 0;
    }

    public boolean isEmpty() {
        return mask == 0;
    }

    private static int bit(DayOfWeek day) {
        return 1 << (day.getValue() - 1);
    }
}
