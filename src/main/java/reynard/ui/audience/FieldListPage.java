package reynard.ui.audience;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;

/// What an account wants to know of its people.
///
/// @param changed the field whose form was refused; 0 when it was the form for a new one, or none
public record FieldListPage(Frame frame, Form form, long changed, List<Row> rows) {
    public FieldListPage {
        rows = List.copyOf(rows);
    }

    /// @param variable how an email names it
    public record Row(long id, String label, String variable) {}
}
