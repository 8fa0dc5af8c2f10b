package reynard.ui.sequence;

import java.util.List;
import reynard.ui.Frame;

/// What an email was when it was saved, newest first.
public record VersionsPage(Frame frame, String email, String subject, List<Row> rows) {
    public VersionsPage {
        rows = List.copyOf(rows);
    }

    public record Row(int number, String subject, String author, String at) {}
}
