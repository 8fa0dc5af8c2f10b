package reynard.ui.program;

import java.util.List;
import java.util.Optional;
import reynard.ui.Frame;

/// Who is told of events.
public record WebhookListPage(Frame frame, List<Row> rows, Optional<String> older, Optional<String> newer) {
    public WebhookListPage {
        rows = List.copyOf(rows);
    }

    public record Row(long id, String name, String url, boolean active, String events, String since, String exact) {}
}
