package reynard.ui.program;

import java.util.List;
import reynard.ui.Frame;
import reynard.ui.Option;

/// What was posted, and what each try came to.
///
/// @param again whether it can be sent once more
public record WebhookDeliveryPage(
        Frame frame,
        long webhook,
        String name,
        long id,
        String type,
        WebhookPage.Outcome outcome,
        boolean again,
        List<Option> facts,
        String body,
        List<Try> tries) {
    public WebhookDeliveryPage {
        facts = List.copyOf(facts);
        tries = List.copyOf(tries);
    }

    /// @param words what was answered, or why nobody answered
    public record Try(int number, String at, String exact, String status, String tone, String duration, String words) {}
}
