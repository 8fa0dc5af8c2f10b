package reynard.ui.template;

import java.util.List;
import java.util.Optional;
import reynard.ui.Frame;

/// The layouts of an account.
public record TemplateListPage(Frame frame, List<Row> rows, Optional<String> older, Optional<String> newer) {
    public TemplateListPage {
        rows = List.copyOf(rows);
    }

    public record Row(long id, String name, boolean isDefault, String changed, String exact) {}
}
