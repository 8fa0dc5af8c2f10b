package reynard.ui.broadcast;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// Every broadcast, the newest first.
///
/// @param at when they were counted
/// @param anything whether the account has any broadcast at all
/// @param moving whether one of those shown is being sent
public record BroadcastListPage(
        Frame frame,
        Form form,
        List<Option> states,
        List<Row> rows,
        String at,
        boolean anything,
        boolean moving,
        String path,
        Optional<String> older,
        Optional<String> newer) {
    public BroadcastListPage {
        states = List.copyOf(states);
        rows = List.copyOf(rows);
    }

    /// @param when it began or begins; empty for a draft
    /// @param progress in percent; empty when it is not being sent
    public record Row(
            long id,
            String subject,
            Step step,
            String when,
            String exact,
            String progress,
            String sent,
            String opened,
            String clicked) {}
}
