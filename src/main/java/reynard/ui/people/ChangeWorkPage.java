package reynard.ui.people;

import java.util.List;
import reynard.ui.Frame;
import reynard.ui.Work;

/// How far a change to many people has come.
///
/// @param reasons why it could not be done for some
public record ChangeWorkPage(Frame frame, String name, Work work, List<String> reasons) {
    public ChangeWorkPage {
        reasons = List.copyOf(reasons);
    }
}
