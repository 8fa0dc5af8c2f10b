package reynard.ui.sending;

import java.util.List;
import java.util.Optional;
import reynard.delivery.Delivery;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// The ledger, newest first.
///
/// @param form what it is filtered by
/// @param path of this list, for the links to its other pages
public record LedgerPage(
        Frame frame,
        Form form,
        List<Option> states,
        List<Option> sequences,
        String zone,
        List<Row> rows,
        String path,
        Optional<String> older,
        Optional<String> newer) {
    public LedgerPage {
        states = List.copyOf(states);
        sequences = List.copyOf(sequences);
        rows = List.copyOf(rows);
    }

    /// @param person 0: nobody of the list
    /// @param words of the server, or why it was not sent
    public record Row(
            long id, String what, String to, long person, State state, String due, String exact, String words) {}

    /// @param tone `good`, `warn`, `bad` or empty
    public record State(String label, String tone) {
        static State of(Delivery.State state) {
            return switch (state) {
                case SCHEDULED -> new State("Queued", "accent");
                case CLAIMED -> new State("Being sent", "accent");
                case AT_DOT -> new State("At the last dot", "accent");
                case DEFERRED -> new State("Put off", "warn");
                case UNCERTAIN -> new State("Uncertain", "warn");
                case HELD -> new State("Held", "warn");
                case SENT -> new State("Sent", "good");
                case BOUNCED -> new State("Came back", "bad");
                case FAILED -> new State("Failed", "bad");
                case SKIPPED -> new State("Skipped", "");
            };
        }
    }
}
