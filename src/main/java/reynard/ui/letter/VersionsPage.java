package reynard.ui.letter;

import java.util.List;
import reynard.ui.Frame;

/// What an email was when it was saved, newest first.
///
/// @param noun what it is, such as `email`
/// @param address of its page
public record VersionsPage(Frame frame, String noun, String address, String subject, List<Row> rows) {
    public VersionsPage {
        rows = List.copyOf(rows);
    }

    public record Row(int number, String subject, String author, String at) {}
}
