package reynard.ui.people;

import java.util.List;
import reynard.ui.Frame;
import reynard.ui.Work;

/// How far a table has come, and what could not be done of it.
///
/// @param faults the first ones
public record ArrivalPage(Frame frame, String name, Work work, Report report, List<ColumnsPage.Fault> faults) {
    public ArrivalPage {
        faults = List.copyOf(faults);
    }

    /// What became of the lines that are done; the first three add up to the last.
    public record Report(String created, String known, String refused, String lines) {}
}
