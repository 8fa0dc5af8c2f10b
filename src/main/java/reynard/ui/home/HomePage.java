package reynard.ui.home;

import java.util.List;
import reynard.ui.Frame;

/// What goes out next, and what is in the way.
///
/// @param maySample whether there is nothing yet that a sample could be mixed up with
/// @param steps what a new account has still to do; empty when everything is done
/// @param hours of the next day, one bar each
/// @param days that something goes out on
/// @param ledger every email there is a record of, by what became of it
public record HomePage(
        Frame frame,
        String zone,
        List<Step> steps,
        boolean maySample,
        List<Trouble> troubles,
        String nextDay,
        String nextDays,
        List<Hour> hours,
        List<Day> days,
        List<Count> people,
        String everybody,
        List<Count> ledger,
        String everything) {
    public HomePage {
        steps = List.copyOf(steps);
        troubles = List.copyOf(troubles);
        hours = List.copyOf(hours);
        days = List.copyOf(days);
        people = List.copyOf(people);
        ledger = List.copyOf(ledger);
    }

    public record Step(String title, String text, String path, String button, boolean done) {}

    /// @param tone `bad` or `warn`
    public record Trouble(String tone, String title, String text, String path, String link) {}

    /// @param height of its bar, of 100
    public record Hour(String label, long count, int height) {}

    /// @param share of the busiest day, of 1,000
    public record Day(String label, String exact, String count, long share) {}

    public record Count(String label, String count) {}

    /// Whether anything goes out in the next day.
    public boolean isBusy() {
        return hours.stream().anyMatch(hour -> hour.count() > 0);
    }
}
