package reynard.ui.sequence;

import java.util.List;
import reynard.ui.Frame;

/// What went out on each of the last days, and what came of it.
///
/// @param stats where the other figures are
/// @param at when it was counted
/// @param address of the page
/// @param total how many went out, in words
/// @param days the oldest first; none while they are counted
public record DaysPage(
        Frame frame,
        long sequence,
        String name,
        String stats,
        String zone,
        String at,
        String address,
        String total,
        List<Day> days) {
    public DaysPage {
        days = List.copyOf(days);
    }

    /// @param height of the bar, 0 to 100, as is that of what was opened
    public record Day(
            String label,
            String exact,
            String sent,
            String opened,
            String clicked,
            String left,
            int height,
            int openedHeight) {}
}
