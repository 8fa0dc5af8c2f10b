package reynard.ui.broadcast;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;

/// The last look before a broadcast goes out.
///
/// @param reach how many would get it now
/// @param reachedAt when they were counted
/// @param obstacles why it cannot be sent; empty when it can
/// @param when it begins; empty for a draft
/// @param zone whose clocks the date is on
public record SendPage(
        Frame frame,
        long id,
        String subject,
        String sender,
        String audience,
        String reach,
        String reachedAt,
        List<String> obstacles,
        String when,
        String zone,
        Form form) {
    public SendPage {
        obstacles = List.copyOf(obstacles);
    }
}
