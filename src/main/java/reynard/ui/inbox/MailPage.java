package reynard.ui.inbox;

import java.util.Map;
import reynard.ui.Frame;

/// One email that the built-in inbox has kept.
///
/// @param headers as they came
public record MailPage(
        Frame frame,
        long id,
        String subject,
        String from,
        String to,
        String date,
        boolean html,
        String text,
        Map<String, String> headers) {}
