package reynard.ui.settings;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;

/// The addresses that emails may come from.
public record SendersPage(Frame frame, Form form, List<Row> rows) {
    public SendersPage {
        rows = List.copyOf(rows);
    }

    public record Row(long id, String email, String name, boolean verified, boolean isDefault) {}
}
