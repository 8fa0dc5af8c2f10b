package reynard.ui.inbox;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;

/// What the built-in inbox has kept, newest first.
///
/// @param inUse whether mail goes there; else it is what there was before a relay was named
public record InboxPage(
        Frame frame,
        boolean inUse,
        Form form,
        List<Row> rows,
        String path,
        Optional<String> older,
        Optional<String> newer) {
    public InboxPage {
        rows = List.copyOf(rows);
    }

    public record Row(long id, String to, String subject, String date, String exact) {}
}
