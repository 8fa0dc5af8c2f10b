package reynard.ui.program;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// One who is told of events, and what they were told.
///
/// @param id 0: it is new
/// @param secret what signs, shown this once; empty when none was made
/// @param rotates until when the secret before signs too; empty when it does not
/// @param topics the kinds of events
public record WebhookPage(
        Frame frame,
        long id,
        String action,
        Form form,
        boolean active,
        String secret,
        String rotates,
        List<Option> topics,
        List<Delivery> deliveries,
        Optional<String> older,
        Optional<String> newer) {
    public WebhookPage {
        topics = List.copyOf(topics);
        deliveries = List.copyOf(deliveries);
    }

    /// @param next when it is tried again; empty when it is not
    public record Delivery(
            long id, String type, String events, Outcome outcome, String tries, String at, String exact, String next) {}

    /// In a word.
    ///
    /// @param tone `good`, `warn`, `bad` or none
    public record Outcome(String label, String tone) {}
}
